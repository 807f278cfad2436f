//! What came up in the walks. A walk that never tries a call, or never sees it refused, tests less than it seems to.

use std::collections::BTreeMap;

use crate::reference::{Call, Fact, Slot};

/// What must come up in 10⁵ steps: each call done and refused, and all that can happen among six accounts. Nine miners that
/// fail one task, or more candidates than there are places, take more.
pub const EXPECTED: [&str; 87] = [
    "Apply is refused",
    "Appoint is refused",
    "Appoint succeeds",
    "Batch is refused",
    "Batch succeeds",
    "Cancel is refused",
    "Cancel succeeds",
    "Charged",
    "Claim is refused",
    "Claim succeeds",
    "Claimed",
    "Decline is refused",
    "Decline succeeds",
    "Describe is refused",
    "Describe succeeds",
    "ForceRefund is refused",
    "ForceRefund succeeds",
    "ForceRetire is refused",
    "ForceRetire succeeds",
    "Leased",
    "Leaving",
    "Left",
    "List is refused",
    "List succeeds",
    "MinerRemoved",
    "ModelRemoved",
    "ModelRetired",
    "Offer is refused",
    "Offer succeeds",
    "OfferInForce",
    "Poke is refused",
    "Poke succeeds",
    "Post is refused",
    "Post succeeds",
    "Proxied is refused",
    "Proxied succeeds",
    "PurgeKeys is refused",
    "PurgeKeys succeeds",
    "Register is refused",
    "Register succeeds",
    "RegisterModel succeeds",
    "Rejected",
    "RemoveModel is refused",
    "RemoveModel succeeds",
    "Resume is refused",
    "Resume succeeds",
    "Retire is refused",
    "Retire succeeds",
    "RoundClosed",
    "SetKeys succeeds",
    "SetMill is refused",
    "SetMill succeeds",
    "SetParameter is refused",
    "SetParameter succeeds",
    "SetSeats is refused",
    "SetSeats succeeds",
    "Settled",
    "Slashed",
    "Sprint is refused",
    "Sprint succeeds",
    "Stand is refused",
    "Stand succeeds",
    "StandDown is refused",
    "StandDown succeeds",
    "Submit is refused",
    "Submit succeeds",
    "Suspended",
    "Transfer is refused",
    "Transfer succeeds",
    "Withdraw is refused",
    "Withdraw succeeds",
    "Withdrawn",
    "Won",
    "a candidacy ends: Idle",
    "a candidacy ends: StoodDown",
    "a lease fails: Declined",
    "a lease fails: Expired",
    "a lease fails: Forced",
    "a lease fails: WrongTrace",
    "a refund: Cancelled",
    "a refund: Deadline",
    "a refund: Displaced",
    "a refund: Forced",
    "a refund: RentSpent",
    "a slot has several tasks",
    "a slot is full of several tasks",
    "seats are drawn",
];

/// How often each call succeeded or was refused, and how often each thing happened.
#[derive(Debug, Default)]
pub struct Seen(BTreeMap<String, u64>);

/// The name that `Debug` gives to a variant.
fn name(of: &impl std::fmt::Debug) -> String {
    let text = format!("{of:?}");
    text.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

impl Seen {
    fn count(&mut self, what: String) {
        *self.0.entry(what).or_default() += 1;
    }

    pub fn call(&mut self, call: &Call, done: bool) {
        self.count(format!("{} {}", name(call), if done { "succeeds" } else { "is refused" }));
    }

    pub fn fact(&mut self, fact: &Fact) {
        match fact {
            Fact::LeaseFailed { why, .. } => self.count(format!("a lease fails: {why:?}")),
            Fact::Refunded { why, .. } => self.count(format!("a refund: {why:?}")),
            Fact::SessionBegan { left, drawn } => {
                left.iter().for_each(|(_, why)| self.count(format!("a candidacy ends: {why:?}")));
                if drawn.is_some() {
                    self.count("seats are drawn".into());
                }
            }
            fact => self.count(name(fact)),
        }
    }

    /// A lease of this slot was given.
    pub fn lease_of(&mut self, slot: &Slot) {
        if slot.leases.len() > 1 {
            self.count("a slot has several tasks".into());
            if slot.on_sale() == 0 {
                self.count("a slot is full of several tasks".into());
            }
        }
    }

    pub fn add(&mut self, other: Self) {
        other.0.into_iter().for_each(|(what, times)| *self.0.entry(what).or_default() += times);
    }

    /// Panics unless all of it came up.
    pub fn assert_all(&self) {
        let missing: Vec<_> = EXPECTED.iter().filter(|what| !self.0.contains_key(**what)).collect();
        assert!(missing.is_empty(), "the walks never saw {missing:?}, but {:#?}", self.0);
    }
}
