//! The real runtime beside the reference: makes a call on both, tells the reference what the events say, and compares.

use std::collections::BTreeMap;

use codec::Encode;
use frame_support::{traits::Hooks, weights::Weight};
use millrace_inference::{CheckedModel, Node};
use millrace_primitives::{ModelMetadata, TensorMetadata};
use millrace_runtime::{
    AccountId, Balances, Rewards, Runtime, RuntimeEvent, RuntimeHoldReason, Sprints, System, Tasks,
};
use millrace_runtime_tests::*;
use pallet_tasks::{LeaseFailure, RefundReason};
use sp_core::{sr25519, Pair, H256};
use sp_crypto_hashing::blake2_256;
use sp_keyring::Sr25519Keyring;

use crate::reference::{
    Balance, Call, Fact, Failure, Holds, Id, Lease, Leased, Miner, ModelState, Posted, Reason, Reference,
    Refund, Slot, TaskId, Terms, Verdict, MICRO,
};

/// Who takes part: everyone posts, mines, and attacks. The pot of the fees comes last.
const PEOPLE: [Sr25519Keyring; 6] = [
    Sr25519Keyring::Alice,
    Sr25519Keyring::Bob,
    Sr25519Keyring::Charlie,
    Sr25519Keyring::Dave,
    Sr25519Keyring::Eve,
    Sr25519Keyring::Ferdie,
];
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
        let models = encodings.map(|encoding| (blake2_256(&encoding), encoding)).collect();
        let mut world = Self {
            // What a mega-MAC brings before anything was mined.
            reference: Reference { mining_pay: 1_000_000, ..Default::default() },
            accounts,
            keys,
            models,
            keys_made: 0,
            issued: issuance(),
            outside: 0,
        };
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
                slots: slots_of(&record, |_| None),
                bond: record.bond,
                withdrawable_from: record.withdrawable_from,
            };
            world.reference.miners.insert(world.position(&account), miner);
        }
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

    /// A mill key that nobody has used.
    pub fn new_key(&mut self) -> sr25519::Pair {
        self.keys_made += 1;
        sr25519::Pair::from_seed(&blake2_256(&("mill", self.keys_made).encode()))
    }

    /// Makes a call on the runtime and the reference. `honest` traces are right.
    pub fn call(&mut self, call: Call, honest: bool) {
        let verdict = self.reference.judge(&call);
        let done = self.dispatch(&call, honest);
        match verdict {
            Verdict::Must => assert!(done, "refused: {call:?}"),
            Verdict::MustNot => assert!(!done, "accepted: {call:?}"),
            Verdict::May => {}
        }
        self.observe();
        if done {
            if let Call::Credit { miner, author, .. } = &call {
                self.note_scores(*miner, *author);
            }
            let posted = call.posts().then(posted);
            self.reference.done(call, posted);
        }
        self.compare();
        try_state();
    }

    fn note_scores(&mut self, miner: Id, author: Option<Id>) {
        for account in std::iter::once(miner).chain(author) {
            let round = self.reference.round;
            if pallet_rewards::Scores::<Runtime>::contains_key(round, &self.accounts[account]) {
                self.reference.learn(Fact::Credited { account });
            }
        }
    }

    /// Lets a block pass, as the chain does; miners' nodes bring offers into force in every other block.
    pub fn block(&mut self) {
        Tasks::on_idle(System::block_number(), Weight::MAX);
        Rewards::on_idle(System::block_number(), Weight::MAX);
        self.observe();
        let number = System::block_number() + 1;
        let hash = H256(blake2_256(&number.to_le_bytes()));
        frame_system::BlockHash::<Runtime>::insert(number - 1, hash);
        System::set_block_number(number);
        self.reference.begin_block();
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

    /// Tells the reference what the events say, and forgets them.
    fn observe(&mut self) {
        let events = market_events();
        System::reset_events();
        for fact in events.into_iter().filter_map(|event| self.fact(event)).collect::<Vec<_>>() {
            self.reference.learn(fact);
        }
    }

    fn fact(&self, event: RuntimeEvent) -> Option<Fact> {
        use pallet_models::Event as Model;
        use pallet_rewards::Event as Reward;
        Some(match event {
            RuntimeEvent::Rewards(Reward::RoundClosed { emission, mined, .. }) => {
                Fact::RoundClosed { emission, mined }
            }
            RuntimeEvent::Rewards(Reward::Claimed { round, miner, amount }) => {
                Fact::Claimed { round, account: self.position(&miner), amount }
            }
            RuntimeEvent::Models(Model::ModelRetired { model }) => Fact::ModelRetired { model: model.0 },
            RuntimeEvent::Models(Model::ModelRemoved { model }) => Fact::ModelRemoved { model: model.0 },
            RuntimeEvent::Miners(event) => return self.fact_of_miner(event),
            RuntimeEvent::Tasks(event) => return self.fact_of_task(event),
            _ => return None,
        })
    }

    fn fact_of_miner(&self, event: pallet_miners::Event<Runtime>) -> Option<Fact> {
        use pallet_miners::Event;
        let at = |miner: &AccountId| self.position(miner);
        Some(match event {
            Event::OfferInForce { miner } => Fact::OfferInForce { miner: at(&miner) },
            Event::BondWithdrawn { miner, amount } => Fact::Withdrawn { miner: at(&miner), amount },
            Event::MinerRemoved { miner } => Fact::MinerRemoved { miner: at(&miner) },
            Event::Suspended { miner } => Fact::Suspended { miner: at(&miner) },
            Event::Charged { miner, amount } => Fact::Charged { miner: at(&miner), amount },
            Event::Slashed { miner, slot, amount, compensation } => {
                Fact::Slashed { miner: at(&miner), slot: slot as usize, amount, compensation }
            }
            _ => return None,
        })
    }

    fn fact_of_task(&self, event: pallet_tasks::Event<Runtime>) -> Option<Fact> {
        use pallet_tasks::Event;
        let at = |miner: &AccountId| self.position(miner);
        Some(match event {
            Event::TaskLeased { task, miner, price, rent, due, until } => {
                let lease = lease_of(task).expect("it was just given");
                assert_eq!((&lease.miner, lease.price), (&miner, price));
                let pallet_tasks::Lease { slot, slash, since, .. } = lease;
                let slot = slot as usize;
                let lease = Lease { miner: at(&miner), slot, price, slash, since, due, until };
                Fact::Leased { task, lease, rent }
            }
            Event::LeaseFailed { task, miner, reason } => {
                let why = match reason {
                    LeaseFailure::Expired => Failure::Expired,
                    LeaseFailure::WrongTrace => Failure::WrongTrace,
                    LeaseFailure::Declined => Failure::Declined,
                    LeaseFailure::Forced => Failure::Forced,
                    LeaseFailure::Unverifiable => panic!("the chain has all that it needs"),
                };
                Fact::LeaseFailed { task, miner: at(&miner), why }
            }
            Event::TaskRefunded { task, rent, why } => {
                let why = match why {
                    RefundReason::Deadline => Refund::Deadline,
                    RefundReason::Cancelled => Refund::Cancelled,
                    RefundReason::RentSpent => Refund::RentSpent,
                    RefundReason::TooManyFailures => Refund::TooManyFailures,
                    RefundReason::Forced => Refund::Forced,
                    why => panic!("no reason to refund: {why:?}"),
                };
                Fact::Refunded { task, rent, why }
            }
            Event::TaskSettled { task, miner, paid, burned, fee, retention, returned, .. } => {
                let fees = fee + retention;
                Fact::Settled { task, miner: at(&miner), paid, burned, fees, returned }
            }
            _ => return None,
        })
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
    }

    fn compare_tasks(&self) {
        let mut leases = BTreeMap::<(Id, u32), TaskId>::new();
        let mut open = 0;
        for (name, record) in pallet_tasks::Tasks::<Runtime>::iter() {
            open += 1;
            let task = self.reference.tasks.get(&name).expect("an open task that the reference knows");
            assert_eq!((record.max_price, record.deadline), (task.ceiling, task.deadline), "task {name}");
            let lease = lease_of(name).map(|lease| (self.position(&lease.miner), lease.slot));
            assert_eq!(lease, task.lease.as_ref().map(|lease| (lease.miner, lease.slot as u32)));
            if let Some(lease) = lease {
                assert_eq!(leases.insert(lease, name), None, "slot {lease:?} has two leases");
            }
        }
        assert_eq!(open, self.reference.tasks.len(), "a task was lost");
    }

    fn compare_miners(&self) {
        let mut miners = 0;
        for (account, record) in pallet_miners::Miners::<Runtime>::iter() {
            miners += 1;
            let miner = &self.reference.miners[&self.position(&account)];
            let slots = slots_of(&record, |index| miner.slots[index].leased.map(|leased| leased.task));
            assert_eq!(slots, miner.slots, "the slots of {account:?}");
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

/// A record's slots; `task` says which task a leased one executes.
fn slots_of(record: &pallet_miners::MinerRecord, task: impl Fn(usize) -> Option<TaskId>) -> Vec<Slot> {
    let slot = |(index, slot): (usize, &pallet_miners::Slot)| Slot {
        rate: slot.rate,
        leased: slot.leased.as_ref().map(|leased| Leased {
            task: task(index).unwrap_or(TaskId::MAX),
            rate: leased.rate,
            slash: leased.slash,
        }),
        suspended: slot.suspended,
        withdrawn: slot.withdrawn,
    };
    record.slots.iter().enumerate().map(slot).collect()
}

/// What the newest task was posted at.
fn posted() -> Posted {
    let task = pallet_tasks::NextTask::<Runtime>::get() - 1;
    let record = pallet_tasks::Tasks::<Runtime>::get(task).expect("it was just posted");
    let output = record.retention_fee / 1_000_000;
    assert!(
        output > 0 && record.retention_fee.is_multiple_of(1_000_000),
        "a millionth for each byte of output"
    );
    Posted {
        task,
        work: record.work,
        deposit: record.deposit,
        fee: record.fee,
        retention: record.retention_fee,
        posting_cost: record.posting_cost,
    }
}
