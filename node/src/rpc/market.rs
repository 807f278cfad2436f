//! The methods that ask the market once.

use std::sync::Arc;

use jsonrpsee::{
    core::RegisterMethodError,
    types::{ErrorObjectOwned, Params},
    RpcModule,
};
use millrace_primitives::{
    MinerView, ModelView, Offer, Quote, RaceView, RoundIndex, TaskView, UnclaimedShare, MAX_PAGE,
};
use millrace_runtime::AccountId;
use serde::Serialize;

use super::{
    arguments::{
        count, offer_cursor, offer_place, read, MinerArguments, ModelsArguments, OffersArguments,
        QuoteArguments, TaskArguments, TasksArguments, UnclaimedArguments,
    },
    chain::Chain,
    error::{no_miner, no_model, no_task, runtime_failed, unpostable},
    prove::account,
};
use crate::types::Hash;

/// A quote without a deadline is for one so many blocks ahead.
const BLOCKS_OF_A_QUOTE: u32 = 100;

type Reply<T> = Result<T, ErrorObjectOwned>;

/// A part of a list, and where the next one begins: none if this one isn't full. A full one may be the last; then the next is
/// empty.
#[derive(Clone, Debug, Serialize)]
struct Page<T, Cursor> {
    items: Vec<T>,
    next: Option<Cursor>,
}

impl<T, Cursor> Page<T, Cursor> {
    fn new(items: Vec<T>, count: u32, cursor: impl Fn(&T) -> Cursor) -> Self {
        let full = u32::try_from(items.len()) == Ok(count);
        let next = items.last().filter(|_| full).map(cursor);
        Self { items, next }
    }
}

/// A miner, the first page of what it can claim, and where the next begins.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Miner {
    #[serde(flatten)]
    miner: MinerView<AccountId>,
    unclaimed: Vec<UnclaimedShare>,
    unclaimed_next: Option<RoundIndex>,
}

/// The methods.
///
/// # Errors
/// None; each name is registered once.
pub fn module(chain: Arc<dyn Chain>) -> Result<RpcModule<Arc<dyn Chain>>, RegisterMethodError> {
    let mut module = RpcModule::new(chain);
    // They execute the runtime, so they run on threads that may block.
    module.register_blocking_method("millrace_quote", |params, chain, _| quote(&params, &**chain))?;
    module.register_blocking_method("millrace_task", |params, chain, _| task(&params, &**chain))?;
    module.register_blocking_method("millrace_tasks", |params, chain, _| tasks(&params, &**chain))?;
    module.register_blocking_method("millrace_models", |params, chain, _| models(&params, &**chain))?;
    module.register_blocking_method("millrace_offers", |params, chain, _| offers(&params, &**chain))?;
    module.register_blocking_method("millrace_miner", |params, chain, _| miner(&params, &**chain))?;
    module.register_blocking_method("millrace_unclaimed", |params, chain, _| unclaimed(&params, &**chain))?;
    module.register_blocking_method("millrace_round", |_, chain, _| round(&**chain))?;
    Ok(module)
}

fn quote(params: &Params<'_>, chain: &dyn Chain) -> Reply<Quote<AccountId>> {
    let QuoteArguments { model, samples, deadline } = read(params)?;
    let (at, number) = chain.newest();
    let deadline = deadline.unwrap_or(number.saturating_add(BLOCKS_OF_A_QUOTE));
    chain.quote(at, model, samples, deadline).map_err(runtime_failed)?.map_err(|why| unpostable(model, why))
}

fn task(params: &Params<'_>, chain: &dyn Chain) -> Reply<TaskView<AccountId>> {
    let TaskArguments { task } = read(params)?;
    chain.task(chain.newest().0, task).map_err(runtime_failed)?.ok_or_else(|| no_task(task))
}

fn tasks(params: &Params<'_>, chain: &dyn Chain) -> Reply<Page<TaskView<AccountId>, u64>> {
    let TasksArguments { account: text, cursor, count: asked } = read(params)?;
    let (account, count) = (account(&text)?, count(asked)?);
    let tasks = chain.tasks_of(chain.newest().0, account, cursor, count).map_err(runtime_failed)?;
    Ok(Page::new(tasks, count, TaskView::task))
}

fn models(params: &Params<'_>, chain: &dyn Chain) -> Reply<Page<ModelView<AccountId>, sp_core::H256>> {
    let ModelsArguments { cursor, count: asked } = read(params)?;
    let count = count(asked)?;
    let models = chain.models(chain.newest().0, cursor, count).map_err(runtime_failed)?;
    Ok(Page::new(models, count, |model| model.model))
}

fn offers(params: &Params<'_>, chain: &dyn Chain) -> Reply<Page<Offer<AccountId>, sp_core::Bytes>> {
    let OffersArguments { model, cursor, count: asked } = read(params)?;
    let (after, count) = (offer_place(cursor)?, count(asked)?);
    let at = chain.newest().0;
    chain.model(at, model).map_err(runtime_failed)?.ok_or_else(|| no_model(model))?;
    let offers = chain.offers(at, model, after, count).map_err(runtime_failed)?;
    Ok(Page::new(offers, count, |offer| offer_cursor(&offer.place())))
}

fn miner(params: &Params<'_>, chain: &dyn Chain) -> Reply<Miner> {
    let MinerArguments { account: text } = read(params)?;
    let account = account(&text)?;
    let at = chain.newest().0;
    let miner =
        chain.miner(at, account.clone()).map_err(runtime_failed)?.ok_or_else(|| no_miner(&account))?;
    let Page { items, next } = shares(chain, at, account, 0, MAX_PAGE)?;
    Ok(Miner { miner, unclaimed: items, unclaimed_next: next })
}

fn unclaimed(params: &Params<'_>, chain: &dyn Chain) -> Reply<Page<UnclaimedShare, RoundIndex>> {
    let UnclaimedArguments { account: text, cursor, count: asked } = read(params)?;
    let (account, count) = (account(&text)?, count(asked)?);
    shares(chain, chain.newest().0, account, cursor.unwrap_or(0), count)
}

/// A page of what an account can claim, from a round on.
fn shares(
    chain: &dyn Chain,
    at: Hash,
    account: AccountId,
    from: RoundIndex,
    count: u32,
) -> Reply<Page<UnclaimedShare, RoundIndex>> {
    let shares = chain.unclaimed(at, account, from, count).map_err(runtime_failed)?;
    Ok(Page::new(shares, count, |share| share.round.saturating_add(1)))
}

fn round(chain: &dyn Chain) -> Reply<RaceView> {
    chain.race(chain.newest().0).map_err(runtime_failed)
}
