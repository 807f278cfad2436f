//! The chain with its players: what each block does, and what the players do in it.

use std::collections::{BTreeSet, HashMap};

use codec::Encode;
use frame_support::{
    dispatch::GetDispatchInfo,
    traits::{fungible::Inspect, Hooks, UnfilteredDispatchable},
    weights::Weight,
};
use millrace_inference::{execute, CheckedModel, Model, Node};
use millrace_primitives::{
    decline_message, genesis_hash, ownership_message, submission_message, Balance, MinerBond, ModelId,
    OpenLease, RoundIndex,
};
use millrace_runtime::{
    AccountId, Balances, Miners, Rewards, Runtime, RuntimeCall, RuntimeOrigin, System, Tasks,
    TransactionPayment,
};
use millrace_runtime_tests::{apply, set_difficulty, Random, UNIT};
use sp_core::{sr25519, Pair, H256};
use sp_crypto_hashing::blake2_256;

use crate::{
    authors,
    player::{Answers, Player},
    sprints::Sprints,
    totals::Totals,
};

pub const MILLI: Balance = UNIT / 1_000;
/// MAC a block of an honest miner. Ten of them could do five times what customers ask for.
pub const POWER: u64 = 250_000;
/// What an attacker's hardware costs for a mega-MAC, as much as that of honest ones on average.
pub const COST: Balance = 600 * MILLI;
/// What each miner begins with.
pub const CAPITAL: Balance = 4_000 * UNIT;
/// Rows and columns of the model that customers use.
const WIDTH: u32 = 256;
/// Weight that blocks leave for what isn't urgent.
const IDLE: Weight = Weight::from_parts(50_000_000_000, 1 << 20);
/// Samples of a customer's task: about a mega-MAC.
const SAMPLES: usize = 16;
/// Bytes of a transaction besides its call.
const OVERHEAD: usize = 150;
/// Samples of a sprint's attempt: so few that a miner makes several in each block, and its luck hardly depends on the block in
/// which it has work to spare.
const SPRINT_SAMPLES: u32 = 1;
/// Attempts that a win takes in the first block.
const ATTEMPTS: u64 = 320;
/// What a task's result is worth to a free rider, which would be a customer otherwise.
const WORTH: Balance = 4 * UNIT;
/// Blocks after which honest owners look at their asks.
const PERIOD: u32 = 200;
/// Blocks that the chain grants a lease beyond the time that its rate takes.
const LATENCY: u32 = 3;

pub struct Market {
    pub players: Vec<Player>,
    sprints: Sprints,
    pub random: Random,
    /// The model that customers use, which is the listed one as well.
    pub model: ModelId,
    pub customer: AccountId,
    /// Tasks that the customer posts in a hundred blocks.
    pub demand: usize,
    /// Planck that a customer gives for a task at most.
    pub ceiling: Balance,
    pub authors: Vec<AccountId>,
    /// So many of the first authors include attackers' wins only.
    pub censors: usize,
    pub totals: Totals,
    /// Who posts tasks beside the customer and values their results.
    pub riders: Vec<AccountId>,
    traces: HashMap<(H256, H256), Vec<u8>>,
    seed: u64,
    accounts_made: u32,
    claimed_until: RoundIndex,
}

/// A linear operator, rows by columns.
pub fn linear(columns: u32, rows: u32) -> Vec<u8> {
    let parameters = vec![1; (columns * rows) as usize];
    let nodes =
        vec![Node::Input { shape: vec![columns] }, Node::Linear { input: 0, outputs: rows, parameters }];
    Model { nodes }.to_bytes()
}

impl Market {
    /// A chain on which nobody mines yet.
    pub fn new(seed: u64, demand: usize) -> Self {
        let encoding = linear(WIDTH, WIDTH);
        let model = CheckedModel::from_bytes(&encoding).expect("a sound model");
        let mut market = Self {
            players: Vec::new(),
            sprints: Sprints::new(model),
            random: Random(seed),
            model: H256(blake2_256(&encoding)),
            customer: AccountId::from([0; 32]),
            demand,
            ceiling: 3 * UNIT,
            authors: Vec::new(),
            censors: 0,
            totals: Totals::default(),
            riders: Vec::new(),
            traces: HashMap::new(),
            seed,
            accounts_made: 0,
            claimed_until: 0,
        };
        market.customer = market.account(500_000 * UNIT);
        market.authors = (0..5).map(|_| market.account(UNIT)).collect();
        let customer = market.customer.clone();
        assert!(
            market.sign(&customer, pallet_models::Call::register { encoding, metadata: None }.into()),
            "a sound model"
        );
        let listed = vec![(market.model, SPRINT_SAMPLES)];
        millrace_runtime::Sprints::set_listed(RuntimeOrigin::root(), listed).expect("root may");
        set_difficulty(ATTEMPTS);
        market
    }

    /// A new account that owns this much.
    pub fn account(&mut self, funds: Balance) -> AccountId {
        self.accounts_made += 1;
        let account = AccountId::from(blake2_256(&("account", self.accounts_made).encode()));
        Balances::force_set_balance(RuntimeOrigin::root(), account.clone().into(), funds)
            .expect("root may endow");
        account
    }

    /// Has an account sign a transaction, for which it pays its fee. Says whether it succeeded.
    pub fn sign(&mut self, who: &AccountId, call: RuntimeCall) -> bool {
        let length = u32::try_from(call.encoded_size() + OVERHEAD).unwrap_or(u32::MAX);
        let fee: Balance = TransactionPayment::compute_fee(length, &call.get_dispatch_info(), 0);
        let pot = pallet_collators::Pallet::<Runtime>::pot();
        let origin = || RuntimeOrigin::signed(who.clone());
        if Balances::transfer_keep_alive(origin(), pot.into(), fee).is_err() {
            return false;
        }
        self.totals.transaction_fees += fee;
        call.dispatch_bypass_filter(origin()).is_ok()
    }

    /// Makes a new account a miner with these slots.
    pub fn join(
        &mut self,
        (power, cost): (u64, Balance),
        capital: Balance,
        (ask, rates): (Balance, Vec<u64>),
        models: Vec<ModelId>,
    ) -> usize {
        let account = self.account(capital);
        let key = sr25519::Pair::from_seed(&blake2_256(&("key", self.accounts_made).encode()));
        let proof = key.sign(&ownership_message(genesis_hash::<Runtime>(), &account)).into();
        let mill = key.public().into();
        let call = pallet_miners::Call::register { mill, proof, ask, rates, models };
        assert!(self.sign(&account, call.into()), "a miner can pay its bond");
        self.players.push(Player {
            account,
            key,
            power,
            cost,
            began_with: capital,
            worked: 0,
            busy: 0,
            spare: 0,
            answers: Answers::Rightly,
            attacker: false,
            owner: None,
            sold: 0,
        });
        self.players.len() - 1
    }

    /// Makes a new account an honest miner: two slots of what its hardware can do, at a fifth above its cost to begin with.
    pub fn join_honestly(&mut self, power: u64, cost: Balance, capital: Balance) -> usize {
        let models = vec![self.model];
        let player = self.join((power, cost), capital, (cost * 6 / 5, vec![power / 2; 2]), models);
        self.players[player].owner = Some(player);
        player
    }

    /// An account of the attackers that mines nothing.
    pub fn companion(&mut self, capital: Balance) -> usize {
        let account = self.account(capital);
        let key = sr25519::Pair::from_seed(&blake2_256(&("key", self.accounts_made).encode()));
        self.players.push(Player {
            account,
            key,
            power: 0,
            cost: 0,
            began_with: capital,
            worked: 0,
            busy: 0,
            spare: 0,
            answers: Answers::Rightly,
            attacker: true,
            owner: None,
            sold: 0,
        });
        self.players.len() - 1
    }

    /// A ceiling at which nobody serves a customer's batch: half of the lowest ask.
    pub fn too_low(&self) -> Balance {
        let asks = pallet_miners::Miners::<Runtime>::iter_values().map(|record| record.terms.ask);
        (asks.min().unwrap_or(0) / 2).max(1_000_000)
    }

    /// A batch as customers post it: the model and its input.
    pub fn batch(&self) -> (ModelId, Vec<u8>) {
        (self.model, vec![1; WIDTH as usize * SAMPLES])
    }

    /// How many tasks of an account are open.
    pub fn open_tasks(&self, who: &AccountId) -> usize {
        pallet_tasks::Tasks::<Runtime>::iter_values().filter(|task| task.requester == *who).count()
    }

    /// The smallest batch of that model.
    pub fn sample(&self) -> (ModelId, Vec<u8>) {
        (self.model, vec![1; WIDTH as usize])
    }

    /// Has an attacker join that answers its leases in its own way.
    pub fn attacker(&mut self, ask: Balance, answers: Answers) -> usize {
        let models = vec![self.model];
        let player = self.join((POWER, COST), CAPITAL, (ask, vec![POWER / 2; 2]), models);
        self.players[player].attacker = true;
        self.players[player].answers = answers;
        player
    }

    /// As [`Self::join_honestly`], for the attackers' side.
    pub fn attacker_as_honest(&mut self) -> usize {
        let player = self.join_honestly(POWER, COST, CAPITAL);
        self.players[player].attacker = true;
        player
    }

    /// Posts a task of so many bytes of input.
    pub fn post(
        &mut self,
        who: &AccountId,
        (model, input): (ModelId, Vec<u8>),
        max_price: Balance,
        blocks: u32,
    ) -> bool {
        let deadline = System::block_number() + blocks;
        let post = pallet_tasks::Call::post { model, input, max_price, deadline, input_hash: None };
        self.sign(who, post.into())
    }

    /// A block: the chain's hooks, then what customers and players do.
    pub fn block(&mut self) {
        let before = System::block_number();
        Tasks::on_idle(before, IDLE);
        Rewards::on_idle(before, Weight::MAX);
        let parent = H256(blake2_256(&(self.seed, before).encode()));
        authors::begin_block(parent, self.random.draw());
        let number = System::block_number();
        Rewards::on_initialize(number);
        Tasks::on_initialize(number);
        millrace_runtime::Sprints::on_initialize(number);
        self.maintain();
        if number.is_multiple_of(PERIOD) {
            self.reprice();
        }
        if self.random.below(100) < self.demand {
            let customer = self.customer.clone();
            if self.post(&customer, self.batch(), self.ceiling, 60) {
                self.totals.demanded += 1;
            }
        }
        self.answer_leases();
        self.sprint();
        self.totals.count(&self.customer, &self.riders);
        System::reset_events();
    }

    /// What nodes and their owners do: bring offers into force, and resume.
    fn maintain(&mut self) {
        let records: Vec<_> = self
            .players
            .iter()
            .filter_map(|player| {
                let record = pallet_miners::Miners::<Runtime>::get(&player.account)?;
                Some((player.account.clone(), record.next.is_some(), record.is_suspended()))
            })
            .collect();
        for (miner, pending, suspended) in records {
            if pending {
                let _ = apply(pallet_miners::Call::apply_offer { miner: miner.clone() }.into());
            }
            if suspended {
                self.sign(&miner, pallet_miners::Call::resume {}.into());
            }
        }
    }

    /// What owners do that want to earn: one that sold nothing since it looked last asks a quarter less, one that sold
    /// half of what its hardware can do a third more. Its work costs the same whether it serves or sprints, so its cost
    /// is no floor.
    fn reprice(&mut self) {
        let owners: BTreeSet<usize> = self.players.iter().filter_map(|player| player.owner).collect();
        for owner in owners {
            let own = |player: &&mut Player| player.owner == Some(owner);
            let (mut sold, mut power) = (0, 0);
            for player in self.players.iter_mut().filter(own) {
                sold += std::mem::take(&mut player.sold);
                power += player.power * u64::from(PERIOD);
            }
            let (times, of) = if sold == 0 {
                (3, 4)
            } else if sold * 2 >= power {
                (4, 3)
            } else {
                continue;
            };
            let accounts: Vec<_> =
                self.players.iter_mut().filter(own).map(|player| player.account.clone()).collect();
            for account in accounts {
                let Some(record) = pallet_miners::Miners::<Runtime>::get(&account) else { continue };
                let (ask, terms) = (record.terms.ask * times / of, record.terms);
                let (rates, models) = (terms.rates.into_inner(), terms.models.into_inner());
                self.sign(&account, pallet_miners::Call::offer { ask, rates, models }.into());
            }
        }
    }

    fn answer_leases(&mut self) {
        let now = System::block_number();
        let accounts: Vec<_> = self.players.iter().map(|player| player.account.clone()).collect();
        for lease in Tasks::leases_of(&accounts) {
            let player = accounts.iter().position(|account| *account == lease.miner).expect("one of ours");
            match self.players[player].answers {
                Answers::Rightly if now + LATENCY >= lease.due => self.submit(player, &lease),
                Answers::Late if now >= lease.due => self.submit(player, &lease),
                Answers::Declines => self.decline(player, &lease),
                Answers::Never | Answers::Late | Answers::Rightly => {}
            }
        }
    }

    fn submit(&mut self, player: usize, lease: &OpenLease<AccountId>) {
        let record = pallet_tasks::Tasks::<Runtime>::get(lease.task).expect("it has a lease");
        let trace = self.traces.entry((record.model, record.input_hash)).or_insert_with(|| {
            let encoding = pallet_models::Encodings::<Runtime>::get(record.model).expect("it is in use");
            let model = CheckedModel::from_bytes(&encoding).expect("it was registered");
            let input = pallet_tasks::Inputs::<Runtime>::get(lease.task).expect("it is open");
            execute(&model, &input).expect("whole samples").trace
        });
        let trace = trace.clone();
        let hash = blake2_256(&trace);
        let message = submission_message(genesis_hash::<Runtime>(), lease.descriptor, hash);
        let signature = self.players[player].key.sign(&message).into();
        let call = pallet_tasks::Call::submit {
            task: lease.task,
            descriptor: lease.descriptor,
            trace_hash: H256(hash),
            trace,
            signature,
        };
        if matches!(apply(call.into()), Ok(Ok(_))) {
            // Somebody's own model may be of zeros, and cost next to nothing to execute.
            let is_real = record.model == self.model;
            let work = if is_real { u64::try_from(record.work).unwrap_or(u64::MAX) } else { 0 };
            self.players[player].busy += work;
            if record.requester == self.customer {
                self.players[player].sold += work;
            }
        }
    }

    fn decline(&mut self, player: usize, lease: &OpenLease<AccountId>) {
        let message = decline_message(genesis_hash::<Runtime>(), lease.descriptor);
        let signature = self.players[player].key.sign(&message).into();
        let call = pallet_tasks::Call::decline { task: lease.task, descriptor: lease.descriptor, signature };
        let _ = apply(call.into());
    }

    /// The hardware that no task keeps busy sprints; the block's author includes a win.
    fn sprint(&mut self) {
        for player in &mut self.players {
            player.worked += u128::from(player.power);
            let busy = player.busy.min(player.power);
            player.busy -= busy;
            player.spare += player.power - busy;
        }
        self.sprints.attempt(&mut self.players);
        let author = authors::author(&self.authors);
        let players = &self.players;
        let wanted = |player: usize| {
            (author >= self.censors || players[player].attacker)
                && Miners::may_sprint(&players[player].account)
        };
        self.totals.wins += self.sprints.include(wanted);
    }

    /// Claims everybody's shares of the rounds that have ended.
    pub fn claim(&mut self) {
        let current = pallet_rewards::CurrentRound::<Runtime>::get().0;
        let everyone: Vec<_> =
            self.players.iter().map(|player| &player.account).chain(&self.authors).cloned().collect();
        for round in self.claimed_until..current {
            for account in &everyone {
                let _ = Rewards::claim(RuntimeOrigin::signed(self.customer.clone()), round, account.clone());
            }
        }
        self.claimed_until = current;
    }

    /// What a side has gained so far, less what its work cost, in MILL.
    pub fn profit(&self, attackers: bool) -> f64 {
        let gain = |player: &Player| {
            let owned = Balances::total_balance(&player.account) as f64;
            (owned - player.began_with as f64 - player.spent() as f64) / UNIT as f64
        };
        let own: f64 = self.players.iter().filter(|player| player.attacker == attackers).map(gain).sum();
        let rides = if attackers { self.totals.rides as f64 } else { 0.0 };
        own + rides * WORTH as f64 / UNIT as f64
    }
}
