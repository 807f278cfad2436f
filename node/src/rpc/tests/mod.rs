//! The methods on a fake chain, as JSON text in and out: what a client sees.

mod fake;

use std::sync::Arc;

use fake::{ended, miner, model, open, Fake, LARGE};
use jsonrpsee::RpcModule;
use millrace_runtime::AccountId;
use serde_json::{json, Value};
use sp_core::H256;
use sp_keystore::testing::MemoryKeystore;
use tokio::sync::mpsc::Receiver;

use super::{market, prove, subscriptions, Feed};
use crate::types::Hash;

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

/// All of our methods on a fake chain.
fn node() -> (Arc<Fake>, Arc<Feed>, RpcModule<()>) {
    let (chain, feed) = (Arc::new(Fake::default()), Arc::new(Feed::default()));
    let mut module = RpcModule::new(());
    let keystore = Arc::new(MemoryKeystore::new());
    module.merge(prove::module(chain.clone(), keystore).expect("new names")).expect("new names");
    module.merge(market::module(chain.clone()).expect("new names")).expect("new names");
    let subscriptions = subscriptions::module(chain.clone(), feed.clone()).expect("new names");
    module.merge(subscriptions).expect("new names");
    (chain, feed, module)
}

async fn request(
    module: &RpcModule<()>,
    method: &str,
    params: Value,
    buffer: usize,
) -> (Value, Receiver<String>) {
    let text = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
    let (answer, messages) = module.raw_json_request(&text, buffer).await.expect("a request");
    (serde_json::from_str(&answer).expect("JSON"), messages)
}

async fn call(module: &RpcModule<()>, method: &str, params: Value) -> Value {
    let answer = request(module, method, params, 1).await.0;
    answer.get("result").cloned().unwrap_or_else(|| panic!("no result: {answer}"))
}

/// Code and sentence of an error.
async fn refused(module: &RpcModule<()>, method: &str, params: Value) -> (i64, String) {
    let answer = request(module, method, params, 1).await.0;
    let error = answer.get("error").unwrap_or_else(|| panic!("no error: {answer}"));
    (error["code"].as_i64().expect("a code"), error["message"].as_str().expect("a sentence").into())
}

/// What the next message of a subscription says; none if the subscription has ended.
async fn message(messages: &mut Receiver<String>) -> Option<Value> {
    let text = messages.recv().await?;
    let message: Value = serde_json::from_str(&text).expect("JSON");
    Some(message["params"]["result"].clone())
}

#[test]
fn the_document_names_exactly_the_methods() {
    let document: Value = serde_json::from_str(include_str!("../../../../docs/openrpc.json")).expect("JSON");
    let methods = document["methods"].as_array().expect("a list");
    let mut named: Vec<&str> = methods.iter().filter_map(|method| method["name"].as_str()).collect();
    let (_, _, module) = node();
    let mut registered: Vec<&str> = module.method_names().collect();
    named.sort_unstable();
    registered.sort_unstable();
    assert_eq!(named, registered);
    for method in methods {
        for part in ["summary", "params", "result"] {
            assert!(method.get(part).is_some(), "{} has no {part}", method["name"]);
        }
    }
}

#[tokio::test]
async fn amounts_are_decimal_strings_and_fields_have_names() {
    let (_, _, module) = node();
    let quote = call(&module, "millrace_quote", json!([model(), 2, 50])).await;
    assert_eq!(quote["taker"]["price"], LARGE.to_string());
    assert_eq!((&quote["taker"]["kind"], &quote["deadline"]), (&json!("slot"), &json!(50)));
    assert_eq!((&quote["verificationFee"], &quote["model"]), (&json!("3"), &json!(model())));
    let by_name = json!({ "model": model(), "samples": 2 });
    assert_eq!(call(&module, "millrace_quote", by_name).await["deadline"], 100, "100 blocks ahead");
    let miner = call(&module, "millrace_miner", json!([miner().to_string()])).await;
    assert_eq!(miner["idle"][0], json!({ "kind": "bondShort", "missing": LARGE.to_string() }));
    assert_eq!(miner["mill"], format!("0x{}", "09".repeat(32)));
    assert_eq!(miner["unclaimed"][0]["amount"], LARGE.to_string());
    assert_eq!(miner["leases"], json!([]));
    let round = call(&module, "millrace_round", json!([])).await;
    assert_eq!(round["round"]["emission"], LARGE.to_string());
    assert_eq!(round["market"]["bidToExceed"], LARGE.to_string());
    let models = call(&module, "millrace_models", json!([])).await;
    assert_eq!(models["items"][0]["sizes"]["work"], u64::MAX.to_string());
    assert_eq!(models["next"], Value::Null);
    let metadata = &models["items"][0]["metadata"];
    assert_eq!((&metadata["name"], &metadata["labels"]), (&json!("model"), &json!(["ähnlich"])));
    let output = json!({ "shape": [], "meaning": "", "scale": "0.5", "zeroPoint": -1 });
    assert_eq!(metadata["output"], output);
}

#[tokio::test]
async fn a_task_is_told_open_and_ended() {
    let (chain, _, module) = node();
    chain.with(|state| state.tasks.extend([(3, open(3, 7)), (4, ended(4, 20))]));
    let waits = call(&module, "millrace_task", json!([3])).await;
    assert_eq!((&waits["kind"], &waits["ceiling"]), (&json!("open"), &json!("7")));
    let why = json!({ "kind": "tooDear", "price": LARGE.to_string() });
    assert_eq!((&waits["standing"]["kind"], &waits["standing"]["why"]), (&json!("waiting"), &why));
    assert_eq!(waits["next"], json!({ "kind": "refund", "from": 100, "why": "deadline" }));
    let over = call(&module, "millrace_task", json!({ "task": 4 })).await;
    assert_eq!((&over["kind"], &over["output"]), (&json!("ended"), &json!("0x01ab")));
    assert_eq!((&over["keptUntil"], &over["fate"]["block"]), (&json!(29), &json!(20)));
    let (why, rent) = ("deadline", LARGE.to_string());
    let end = json!({ "kind": "refunded", "why": why, "rent": rent, "retention": "4", "posting": "5", "compensation": "2" });
    assert_eq!(over["fate"]["end"], end);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let (chain, _, module) = node();
    chain.with(|state| state.tasks.extend((0..5).map(|task| (task, open(task, 7)))));
    let numbers = |page: &Value| -> Vec<u64> {
        page["items"].as_array().expect("a list").iter().filter_map(|task| task["task"].as_u64()).collect()
    };
    let first = call(&module, "millrace_tasks", json!([ALICE, null, 3])).await;
    assert_eq!((numbers(&first), &first["next"]), (vec![4, 3, 2], &json!(2)));
    let rest = call(&module, "millrace_tasks", json!([ALICE, first["next"], 3])).await;
    assert_eq!((numbers(&rest), &rest["next"]), (vec![1, 0], &Value::Null));

    let first = call(&module, "millrace_offers", json!([model(), null, 2])).await;
    let rest = call(&module, "millrace_offers", json!([model(), first["next"]])).await;
    let slots: Vec<_> =
        rest["items"].as_array().expect("a list").iter().map(|offer| &offer["slot"]).collect();
    assert_eq!(slots, [2, 3, 4]);
}

/// Sums over what a miner can claim are right only if all of it can be had.
#[tokio::test]
async fn what_a_miner_can_claim_goes_on_after_the_first_hundred_rounds() {
    let (_, _, module) = node();
    let rounds = |shares: &Value| -> Vec<u64> {
        shares.as_array().expect("a list").iter().filter_map(|share| share["round"].as_u64()).collect()
    };
    let account = miner().to_string();
    let said = call(&module, "millrace_miner", json!([account])).await;
    assert_eq!(rounds(&said["unclaimed"]), (0..100).collect::<Vec<u64>>());
    let rest = call(&module, "millrace_unclaimed", json!([account, said["unclaimedNext"]])).await;
    assert_eq!((rounds(&rest["items"]), &rest["next"]), ((100..150).collect(), &Value::Null));
    let page = call(&module, "millrace_unclaimed", json!({ "account": account, "count": 2 })).await;
    assert_eq!((rounds(&page["items"]), &page["next"]), (vec![0, 1], &json!(2)));
    assert_eq!(call(&module, "millrace_unclaimed", json!([ALICE])).await["items"], json!([]));
}

#[tokio::test]
async fn whats_wrong_is_said_with_a_code() {
    let (chain, _, module) = node();
    let invalid = [
        ("millrace_quote", json!([])),
        ("millrace_quote", json!([model()])),
        ("millrace_quote", json!(["0x12", 1])),
        ("millrace_quote", json!([model(), -1])),
        ("millrace_quote", json!([model(), 1, 2, 3])),
        ("millrace_quote", json!({ "model": model(), "samples": 1, "until": 3 })),
        ("millrace_task", json!(["x"])),
        ("millrace_tasks", json!(["Alice"])),
        ("millrace_tasks", json!([ALICE, null, 101])),
        ("millrace_tasks", json!([ALICE, null, 0])),
        ("millrace_models", json!([7])),
        ("millrace_offers", json!([model(), "0x00"])),
        ("millrace_miner", json!([[]])),
        ("millrace_unclaimed", json!(["Alice"])),
        ("millrace_unclaimed", json!([ALICE, null, 101])),
        ("millrace_subscribeTask", json!([])),
    ];
    for (method, params) in invalid {
        let (code, message) = refused(&module, method, params.clone()).await;
        assert_eq!(code, -32602, "{method} {params}: {message}");
        assert!(message.contains("ive "), "what to do: {message}");
    }
    let nobody = AccountId::from([1; 32]).to_string();
    let absent = [
        ("millrace_task", json!([9]), 7001, "There is no task 9"),
        ("millrace_subscribeTask", json!([9]), 7001, "There is no task 9"),
        ("millrace_offers", json!([H256::zero()]), 7002, "No model 0x00"),
        ("millrace_miner", json!([nobody]), 7003, "is no miner"),
        ("millrace_quote", json!([model(), 0]), 7004, "one sample at least"),
        ("millrace_quote", json!([model(), 11]), 7004, "post 10 at once"),
    ];
    for (method, params, expected, sentence) in absent {
        let (code, message) = refused(&module, method, params).await;
        assert!(code == expected && message.contains(sentence), "{method}: {code} {message}");
    }
    let answer = request(&module, "millrace_quote", json!([model(), 11]), 1).await.0;
    assert_eq!(answer["error"]["data"], json!({ "kind": "tooManySamples", "most": 10 }));
    chain.with(|state| state.silent = true);
    for (method, params) in [("millrace_round", json!([])), ("millrace_subscribeRace", json!([]))] {
        assert_eq!(refused(&module, method, params).await.0, 7000);
    }
}

#[tokio::test]
async fn keys_are_proved_to_nobody_from_outside() {
    let (_, _, mut module) = node();
    module.extensions_mut().insert(sc_rpc_api::DenyUnsafe::Yes);
    let answer = request(&module, "millrace_proveMill", json!([ALICE]), 1).await.0;
    assert!(answer.get("error").is_some(), "{answer}");
    module.extensions_mut().insert(sc_rpc_api::DenyUnsafe::No);
    assert_eq!(call(&module, "millrace_proveMill", json!([ALICE])).await, json!([]), "it has no key");
}

#[tokio::test]
async fn a_watched_task_is_told_when_it_changes_and_ends_with_it() {
    let (chain, feed, module) = node();
    chain.with(|state| state.tasks.extend([(3, open(3, 7))]));
    let (answer, mut messages) = request(&module, "millrace_subscribeTask", json!([3]), 16).await;
    assert!(answer.get("result").is_some(), "{answer}");
    assert_eq!(message(&mut messages).await.expect("it is open")["ceiling"], "7");
    // Nothing changed, and then something did.
    feed.feed(&*chain, Hash::repeat_byte(1));
    tokio::task::yield_now().await;
    chain.with(|state| state.tasks.extend([(3, open(3, 6))]));
    feed.feed(&*chain, Hash::repeat_byte(2));
    assert_eq!(message(&mut messages).await.expect("it is open")["ceiling"], "6");
    chain.with(|state| state.tasks.extend([(3, ended(3, 20))]));
    feed.feed(&*chain, Hash::repeat_byte(3));
    assert_eq!(message(&mut messages).await.expect("it has just ended")["kind"], "ended");
    assert_eq!(message(&mut messages).await, None, "and the subscription with it");
}

#[tokio::test]
async fn a_slow_reader_of_the_race_misses_what_was_between() {
    let (chain, feed, module) = node();
    let (_, mut messages) = request(&module, "millrace_subscribeRace", json!([]), 1).await;
    for number in 1..=500 {
        chain.with(|state| state.number = number);
        feed.feed(&*chain, Hash::from_low_u64_be(number.into()));
        tokio::task::yield_now().await;
    }
    let mut blocks = Vec::new();
    while blocks.last() != Some(&500) {
        let race = message(&mut messages).await.expect("it goes on");
        blocks.push(race["block"].as_u64().expect("a number"));
    }
    assert!(blocks.len() < 10 && blocks.is_sorted(), "{blocks:?}");
}
