//! Who takes part: accounts with hardware, what that costs them, and how they behave.

use millrace_primitives::Balance;
use millrace_runtime::AccountId;
use sp_core::sr25519;

/// What a player does with the leases that it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// Executes each in the time that its slot's rate takes.
    Rightly,
    /// Declines each.
    Declines,
    /// Lets each run out.
    Never,
    /// Keeps each as long as it costs nothing, then executes it.
    Late,
}

pub struct Player {
    pub account: AccountId,
    pub key: sr25519::Pair,
    /// MAC that its hardware does in a block.
    pub power: u64,
    /// Planck that a mega-MAC costs it.
    pub cost: Balance,
    /// Planck that it began with.
    pub began_with: Balance,
    /// The player whose owner prices this account's slots, if anyone ever changes its ask.
    pub owner: Option<usize>,
    /// MAC that customers bought of it since its owner looked at its ask.
    pub sold: u64,
    /// MAC done so far.
    pub worked: u128,
    /// MAC done for tasks that haven't been taken off its sprints yet.
    pub busy: u64,
    /// MAC that are left for its next attempts.
    pub spare: u64,
    pub answers: Answers,
    /// Whether it belongs to the attack (or does the same honestly, for comparison).
    pub attacker: bool,
}

impl Player {
    /// Planck that its work has cost it.
    pub fn spent(&self) -> Balance {
        self.worked * self.cost / 1_000_000
    }
}
