//! The rounds, and the work that is mined in them.

use frame_support::weights::Weight;

use crate::{Balance, Mac, ModelId, RoundIndex};

/// What a winning sprint is credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Win {
    /// The model that it ran on, which was listed.
    pub model: ModelId,
    /// The work that it proves, MAC.
    pub work: Mac,
    /// As much work on the model in turn as takes the time, at most `work`. All of it on that model itself.
    pub counts: Mac,
}

impl Win {
    /// A win on the model in turn.
    pub fn in_turn(model: ModelId, work: Mac) -> Self {
        Self { model, work, counts: work }
    }
}

/// Credits mined work towards emission.
pub trait CreditWork<AccountId> {
    /// Credits a win to a miner in the current round. A hundredth of its score goes to `author`, who put the proof into a
    /// block, if the author is known.
    fn credit(miner: &AccountId, win: Win, author: Option<&AccountId>);
}

/// Told of work that the chain has verified, whatever it was done for.
pub trait OnWork<AccountId> {
    /// `account` did `work` MAC.
    fn worked(account: &AccountId, work: Mac);
}

impl<AccountId> OnWork<AccountId> for () {
    fn worked(_: &AccountId, _: Mac) {}
}

/// What an account mined of late.
pub trait MinedWork<AccountId> {
    /// Work that it mined in the current round, MAC.
    fn mined(account: &AccountId) -> Mac;
    /// Lets benchmarks have an account that mined so much.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_mined(account: &AccountId, work: Mac);
}

/// What mining pays.
pub trait MiningPay {
    /// What mining `work` MAC brings at the average of the last rounds, planck, rounded up.
    fn pay_of(work: Mac) -> Balance;
}

/// Told when a round begins.
pub trait OnRound {
    /// Round `round` begins with this block. Returns the weight used.
    fn on_round(round: RoundIndex) -> Weight;
}

/// The rounds.
pub trait Rounds {
    /// The current round.
    fn current() -> RoundIndex;
    /// Blocks of the current round.
    fn length() -> u32;
}
