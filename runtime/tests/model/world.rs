//! The real runtime beside the reference: makes a call on both, tells the reference what the events say, and compares.

use std::collections::BTreeMap;

use codec::Encode;
use frame_support::{traits::Hooks, weights::Weight, BoundedVec};
use millrace_inference::{CheckedModel, Node};
use millrace_primitives::{ModelMetadata, TensorMetadata};
use millrace_runtime::{
    configs::system::ProxyType, AccountId, Authorship, Balances, Rewards, Runtime, RuntimeHoldReason,
    Session, Sprints, System, Tasks,
};
use millrace_runtime_tests::*;
use pallet_proxy::ProxyDefinition;
use sp_consensus_aura::AURA_ENGINE_ID;
use sp_core::{sr25519, Pair, H256};
use sp_crypto_hashing::blake2_256;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{Digest, DigestItem};

use crate::{
    collators::{Candidate, Collators},
    reference::{
        Balance, Call, Holds, Id, Miner, ModelState, Posted, Reason, Reference, Slot, Terms, Verdict, MICRO,
    },
    seen::Seen,
};

/// Who takes part: everyone posts, mines, and attacks. The pot of the fees comes last.
pub const PEOPLE: [Sr25519Keyring; 6] = [
    Sr25519Keyring::Alice,
    Sr25519Keyring::Bob,
    Sr25519Keyring::Charlie,
    Sr25519Keyring::Dave,
    Sr25519Keyring::Eve,
    Sr25519Keyring::Ferdie,
];
/// Who may make calls for all of them: alone, or as one of two that share an account.
pub const DELEGATE: Sr25519Keyring = Sr25519Keyring::One;
pub const OTHER_SIGNATORY: Sr25519Keyring = Sr25519Keyring::Two;
/// Models beside the demo model: of so many MAC.
const SMALL: [usize; 3] = [1, 2, 64];

pub struct World {
    pub reference: Reference,
    pub accounts: Vec<AccountId>,
    /// The key that signs for each account, once it is a miner.
    pub keys: Vec<sr25519::Pair>,
    /// The models' names and encodings, the demo model first.
    pub models: Vec<([u8; 32], Vec<u8>)>,
    keys_made: u64,
    /// The next nonce of a sprint, so that no win comes twice.
    pub nonce: u64,
    /// Whether the queue is kept full.
    pub crowded: bool,
    /// Whose node is off: it never authors.
    pub asleep: Option<Id>,
    /// What came up, and how often.
    pub seen: Seen,
    issued: Balance,
    /// What accounts own that take no part.
    outside: Balance,
}

/// A linear operator on one number.
fn small_model(rows: usize) -> Vec<u8> {
    let nodes = vec![
        Node::Input { shape: vec![1] },
        Node::Linear { input: 0, outputs: rows as u32, parameters: vec![1; rows] },
    ];
    millrace_inference::Model { nodes }.to_bytes()
}

impl World {
    /// The chain as its first block leaves it.
    pub fn new() -> Self {
        let mut accounts: Vec<AccountId> = PEOPLE.iter().map(|key| id(*key)).collect();
        accounts.push(pallet_collators::Pallet::<Runtime>::pot());
        let mut keys: Vec<_> = PEOPLE.iter().map(|key| key.pair()).collect();
        keys[2] = MILL.pair();
        keys[3] = OTHER_MILL.pair();
        let encodings = std::iter::once(DIGITS.to_vec()).chain(SMALL.map(small_model));
        let models: Vec<_> = encodings.map(|encoding| (blake2_256(&encoding), encoding)).collect();
        // Four bytes for the index of a digit, and for the sum of each row.
        let bytes = std::iter::once(4).chain(SMALL.map(|rows| 4 * rows as u128));
        let output_bytes = models.iter().map(|(name, _)| *name).zip(bytes).collect();
        let mut world = Self {
            // What a mega-MAC brings before anything was mined.
            reference: Reference {
                mining_pay: 64_000_000,
                rent_index: pallet_tasks::RentIndex::<Runtime>::get(),
                output_bytes,
                ..Default::default()
            },
            accounts,
            keys,
            models,
            keys_made: 0,
            nonce: 0,
            crowded: false,
            asleep: None,
            seen: Seen::default(),
            issued: issuance(),
            outside: 0,
        };
        world.appoint_proxies();
        world.reference.now = System::block_number();
        world.reference.free = world.accounts.iter().map(Balances::free_balance).collect();
        for (name, record) in pallet_models::Models::<Runtime>::iter() {
            let owner = world.position(&record.owner);
            let state = ModelState { owner, deposit: record.deposit, retired: None };
            world.reference.models.insert(name.0, state);
            world.reference.listed.push(name.0);
        }
        for (account, record) in pallet_miners::Miners::<Runtime>::iter() {
            let miner = Miner {
                terms: terms_of(&record.terms),
                next: None,
                slots: record.slots.iter().map(slot_without_leases).collect(),
                bond: record.bond,
                record: record.deposit,
                withdrawable_from: record.withdrawable_from,
                rejected: record.rejected,
            };
            world.reference.miners.insert(world.position(&account), miner);
        }
        let appointed = pallet_collators::Appointed::<Runtime>::get();
        world.reference.collators = Collators {
            appointed: appointed.iter().map(|account| world.position(account)).collect(),
            seats: pallet_collators::Seats::<Runtime>::get(),
            keys: appointed.iter().map(|account| world.position(account)).collect(),
            ..Default::default()
        };
        // So that a win takes a try or two; those on the genesis block take as many as its difficulty says.
        set_difficulty(1);
        pallet_sprints::AnchorTerms::<Runtime>::remove(0);
        let held: Balance = world.reference.obligations().values().sum();
        world.outside = world.issued - held - world.reference.free.iter().sum::<Balance>();
        world.compare();
        world
    }

    pub fn position(&self, account: &AccountId) -> Id {
        self.accounts.iter().position(|other| other == account).expect("everyone is in the list")
    }

    /// The encoding of one of our models.
    pub fn encoding(&self, model: &[u8; 32]) -> &[u8] {
        let (_, encoding) = self.models.iter().find(|(name, _)| name == model).expect("one of ours");
        encoding
    }

    /// What is said of a model, with so many labels.
    pub fn metadata(&self, model: &[u8; 32], labels: usize) -> ModelMetadata {
        let checked = CheckedModel::from_bytes(self.encoding(model)).expect("it can be registered");
        let tensor = |bytes| TensorMetadata {
            shape: vec![bytes],
            meaning: b"bytes".to_vec(),
            scale: b"1".to_vec(),
            zero_point: 0,
        };
        ModelMetadata {
            name: b"a model".to_vec(),
            licence: Vec::new(),
            input: tensor(checked.profile().sample_bytes),
            output: tensor(checked.profile().output_bytes),
            labels: (0..labels).map(|label| format!("class {label}").into_bytes()).collect(),
        }
    }

    /// The deposit of a model with so many labels in its metadata, if it has any: as `deposit(2, 256)`, and 10 µMILL a
    /// byte.
    pub fn model_deposit(&self, model: &[u8; 32], labels: Option<usize>) -> Balance {
        let described = labels.map_or(0, |labels| self.metadata(model, labels).encoded_size());
        let bytes = 256 + self.encoding(model).len() + described;
        (2 * 20_000 + 10 * bytes as Balance) * MICRO
    }

    /// Lets the delegate and the account that it shares act for everybody.
    fn appoint_proxies(&self) {
        let mut signatories = vec![id(DELEGATE), id(OTHER_SIGNATORY)];
        signatories.sort();
        let shared = pallet_multisig::Pallet::<Runtime>::multi_account_id(&signatories, 1);
        let proxy = |delegate| ProxyDefinition { delegate, proxy_type: ProxyType::Any, delay: 0 };
        let mut proxies = vec![proxy(id(DELEGATE)), proxy(shared)];
        proxies.sort();
        for who in &self.accounts {
            let proxies = BoundedVec::try_from(proxies.clone()).expect("two proxies");
            // Their deposit is no affair of the market.
            pallet_proxy::Proxies::<Runtime>::insert(who, (proxies, 0));
        }
    }

    /// A mill key that nobody has used.
    pub fn new_key(&mut self) -> sr25519::Pair {
        self.keys_made += 1;
        sr25519::Pair::from_seed(&blake2_256(&("mill", self.keys_made).encode()))
    }

    /// Makes a call and checks everything after it.
    pub fn call(&mut self, call: Call, honest: bool) {
        self.make(call, honest);
        self.check();
    }

    /// All that must hold between two calls.
    pub fn check(&self) {
        self.compare();
        try_state();
    }

    /// Makes a call on the runtime and the reference. `honest` traces are right.
    pub fn make(&mut self, call: Call, honest: bool) {
        // Whatever came back to the queue before has its place.
        self.reference.returning = None;
        let verdict = self.reference.judge(&call);
        let done = self.dispatch(&call, honest);
        self.seen.call(&call, done);
        match verdict {
            Verdict::Must => assert!(done, "refused: {call:?}"),
            Verdict::MustNot => assert!(!done, "accepted: {call:?}"),
            Verdict::May => {}
        }
        if matches!(call, Call::Sprint { .. }) {
            self.observe_sprint();
        } else {
            self.observe();
        }
        if done {
            let posted = call.posts().then(posted);
            self.reference.done(call, posted);
        }
    }

    /// Lets a block pass, as the chain does; miners' nodes bring offers into force in every other block.
    pub fn block(&mut self) {
        let number = System::block_number();
        Tasks::on_idle(number, Weight::MAX);
        Rewards::on_idle(number, Weight::MAX);
        Authorship::on_finalize(number);
        self.observe();
        let number = number + 1;
        let hash = H256(blake2_256(&number.to_le_bytes()));
        // Any collator's turn whose node is on.
        let slot = u64::from_le_bytes(hash.0[..8].try_into().expect("eight bytes")) / 2;
        let slot = if self.is_asleep(slot) { slot + 1 } else { slot };
        let digest = Digest { logs: vec![DigestItem::PreRuntime(AURA_ENGINE_ID, slot.encode())] };
        System::initialize(&number, &hash, &digest);
        let author = Authorship::author().map(|author| self.position(&author));
        self.reference.begin_block(author);
        Authorship::on_initialize(number);
        Session::on_initialize(number);
        self.observe_session();
        Rewards::on_initialize(number);
        Tasks::on_initialize(number);
        Sprints::on_initialize(number);
        self.observe();
        self.reference.end_walk();
        if number.is_multiple_of(2) {
            let due: Vec<Id> = self.reference.miners.keys().copied().collect();
            for miner in due {
                let _ =
                    apply(pallet_miners::Call::apply_offer { miner: self.accounts[miner].clone() }.into());
            }
            self.observe();
        }
    }

    /// Whether it is the turn of who never authors.
    fn is_asleep(&self, slot: u64) -> bool {
        let authors = Session::validators();
        let author = &authors[(slot % authors.len() as u64) as usize];
        self.asleep.is_some_and(|asleep| self.accounts[asleep] == *author)
    }

    /// Panics where the runtime and the reference differ.
    pub fn compare(&self) {
        let reference = &self.reference;
        let free: Vec<Balance> = self.accounts.iter().map(Balances::free_balance).collect();
        assert_eq!(free, reference.free, "free balances");
        let obligations = reference.obligations();
        assert_eq!(self.holds(), obligations, "what is on hold against what is open");
        assert_eq!(issuance(), self.issued + reference.minted - reference.burned, "issuance");
        let all = free.iter().sum::<Balance>() + obligations.values().sum::<Balance>();
        assert_eq!(issuance(), all + self.outside, "a planck belongs to nobody");
        self.compare_tasks();
        self.compare_miners();
        self.compare_collators();
    }

    fn compare_collators(&self) {
        let collators = &self.reference.collators;
        let ids = |accounts: &[AccountId]| -> Vec<Id> {
            accounts.iter().map(|account| self.position(account)).collect()
        };
        let candidates = pallet_collators::Candidates::<Runtime>::iter().map(|(account, record)| {
            let pallet_collators::CandidateRecord { deposit, tally, last_authored, leaving, .. } = record;
            (self.position(&account), Candidate { deposit, tally, last_authored, leaving })
        });
        assert_eq!(candidates.collect::<BTreeMap<_, _>>(), collators.candidates, "candidates");
        let drawn = pallet_collators::Drawn::<Runtime>::iter();
        let drawn: BTreeMap<_, _> = drawn.map(|(session, holders)| (session, ids(&holders))).collect();
        assert_eq!(drawn, collators.drawn, "seats");
        let weighed = pallet_collators::Weighed::<Runtime>::get().into_iter().filter(|(_, tally)| *tally > 0);
        let weighed: BTreeMap<_, _> = weighed.map(|(who, tally)| (self.position(&who), tally)).collect();
        assert_eq!(weighed, collators.weighed, "whom the next draw weighs");
        assert_eq!(ids(&pallet_collators::Appointed::<Runtime>::get()), collators.appointed);
    }

    fn compare_tasks(&self) {
        assert_eq!(pallet_tasks::RentIndex::<Runtime>::get(), self.reference.rent_index, "rent");
        let mut open = 0;
        for (name, record) in pallet_tasks::Tasks::<Runtime>::iter() {
            open += 1;
            let task = self.reference.tasks.get(&name).expect("an open task that the reference knows");
            assert_eq!((record.max_price, record.deadline), (task.ceiling, task.deadline), "task {name}");
            let lease = lease_of(name).map(|lease| (self.position(&lease.miner), lease.slot, lease.rate));
            assert_eq!(lease, task.lease.as_ref().map(|lease| (lease.miner, lease.slot as u32, lease.rate)));
        }
        assert_eq!(open, self.reference.tasks.len(), "a task was lost");
    }

    fn compare_miners(&self) {
        let mut miners = 0;
        for (account, record) in pallet_miners::Miners::<Runtime>::iter() {
            miners += 1;
            let miner = &self.reference.miners[&self.position(&account)];
            assert_eq!(record.slots.len(), miner.slots.len(), "the slots of {account:?}");
            for (slot, known) in record.slots.iter().zip(&miner.slots) {
                let leased = slot.leased.as_ref().map_or((0, 0), |leased| (leased.rate, leased.at_stake));
                assert_eq!(leased, known.leased(), "what is leased of {known:?}");
                let without = Slot { leases: BTreeMap::new(), ..known.clone() };
                assert_eq!(slot_without_leases(slot), without, "a slot of {account:?}");
            }
            assert_eq!(terms_of(&record.terms), miner.terms);
        }
        assert_eq!(miners, self.reference.miners.len());
    }

    /// What the runtime has on hold.
    fn holds(&self) -> Holds {
        let mut holds = Holds::new();
        for (account, held) in pallet_balances::Holds::<Runtime>::iter() {
            let who = self.position(&account);
            let reserved = frame_system::Account::<Runtime>::get(&account).data.reserved;
            assert_eq!(reserved, held.iter().map(|hold| hold.amount).sum::<Balance>());
            for hold in held {
                *holds.entry((who, reason_of(hold.id))).or_default() += hold.amount;
            }
        }
        holds.retain(|_, amount| *amount > 0);
        holds
    }
}

fn reason_of(reason: RuntimeHoldReason) -> Reason {
    use pallet_miners::HoldReason as OfMiner;
    use pallet_tasks::HoldReason as OfTask;
    match reason {
        RuntimeHoldReason::Tasks(OfTask::Price) => Reason::Price,
        RuntimeHoldReason::Tasks(OfTask::InputDeposit) => Reason::InputDeposit,
        RuntimeHoldReason::Tasks(OfTask::VerificationFee) => Reason::Fees,
        RuntimeHoldReason::Miners(OfMiner::Bond) => Reason::Bond,
        RuntimeHoldReason::Miners(OfMiner::Record) => Reason::Record,
        RuntimeHoldReason::Models(_) => Reason::Model,
        RuntimeHoldReason::Collators(_) => Reason::Candidacy,
        reason => panic!("nobody here has anything on hold for {reason:?}"),
    }
}

fn terms_of(terms: &pallet_miners::Terms) -> Terms {
    Terms {
        ask: terms.ask,
        rates: terms.rates.to_vec(),
        models: terms.models.iter().map(|model| model.0).collect(),
    }
}

fn slot_without_leases(slot: &pallet_miners::Slot) -> Slot {
    let pallet_miners::Slot { rate, suspended, withdrawn, .. } = *slot;
    Slot { rate, leases: BTreeMap::new(), suspended, withdrawn }
}

/// What the newest task was posted at.
fn posted() -> Posted {
    let task = pallet_tasks::NextTask::<Runtime>::get() - 1;
    let record = pallet_tasks::Tasks::<Runtime>::get(task).expect("it was just posted");
    Posted {
        task,
        work: record.work,
        deposit: record.deposit,
        fee: record.fee,
        retention: record.retention_fee,
        posting_cost: record.posting_cost,
    }
}
