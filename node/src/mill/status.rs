//! Why a node earns, or why it doesn't: one line at each change, and a gauge for each reason.

use std::collections::{BTreeSet, HashMap};

use millrace_primitives::{mill::MillKey, MinerStatus};
use millrace_runtime::AccountId;

type Status = Option<MinerStatus<AccountId>>;

/// Why a node earns nothing now, or less than it could.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The keystore has no mill key.
    NoKey,
    /// A mill key of the keystore can't sign.
    UnusableKey,
    /// No miner has registered a key.
    NotRegistered,
    /// A key is another miner's than the one that the node was started for.
    OtherMiner,
    /// Slots are suspended, or a sprint was wrong.
    Suspended,
    /// The bond couldn't pay for a wrong sprint.
    BondShort,
    /// There is nothing on sale.
    NoSlots,
    /// Not all listed models are offered, so that work counts less.
    NotAllListedModels,
    /// There is nothing to sprint on.
    NothingListed,
    /// The node isn't at the chain's end yet.
    Syncing,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::NoKey,
        Self::UnusableKey,
        Self::NotRegistered,
        Self::OtherMiner,
        Self::Suspended,
        Self::BondShort,
        Self::NoSlots,
        Self::NotAllListedModels,
        Self::NothingListed,
        Self::Syncing,
    ];

    /// Its label in the metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::NoKey => "no_key",
            Self::UnusableKey => "unusable_key",
            Self::NotRegistered => "not_registered",
            Self::OtherMiner => "other_miner",
            Self::Suspended => "suspended",
            Self::BondShort => "bond_short",
            Self::NoSlots => "no_slots",
            Self::NotAllListedModels => "not_all_listed_models",
            Self::NothingListed => "nothing_listed",
            Self::Syncing => "syncing",
        }
    }
}

/// The reasons in a status, for a node that works for `only` if that is given.
pub(super) fn reasons(status: &Status, only: Option<&AccountId>) -> BTreeSet<Reason> {
    let Some(status) = status else { return [Reason::NotRegistered].into() };
    if only.is_some_and(|only| *only != status.miner) {
        return [Reason::OtherMiner].into();
    }
    let holds = [
        (status.suspended, Reason::Suspended),
        (status.bond_short, Reason::BondShort),
        (status.slots == 0, Reason::NoSlots),
        (!status.missing.is_empty(), Reason::NotAllListedModels),
        (status.listed == 0, Reason::NothingListed),
    ];
    holds.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect()
}

/// What was last said of each key.
#[derive(Default)]
pub(super) struct Said(HashMap<MillKey, Status>);

impl Said {
    /// Says what changed for a key; nothing if nothing did.
    pub fn update(&mut self, key: &MillKey, status: &Status, only: Option<&AccountId>) {
        if self.0.get(key) == Some(status) {
            return;
        }
        for line in changes(self.0.get(key), status, only) {
            match line {
                Line::Good(line) => log::info!(target: "millrace", "⛏️  {line}"),
                Line::Bad(line) => log::warn!(target: "millrace", "mill key {key:?}: {line}"),
            }
        }
        self.0.insert(key.clone(), status.clone());
    }

    /// Forgets keys that are gone, so that they are spoken of again when they come back.
    pub fn keep(&mut self, keys: &[MillKey]) {
        self.0.retain(|key, _| keys.contains(key));
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Line {
    Good(String),
    Bad(String),
}

/// What there is to say where a key's status changes; `before` is none for a key that is new.
fn changes(before: Option<&Status>, now: &Status, only: Option<&AccountId>) -> Vec<Line> {
    let Some(now) = now else {
        return vec![Line::Bad(
            "no miner has registered it (miners.register), so there is nothing to do".into(),
        )];
    };
    let miner = &now.miner;
    if let Some(only) = only.filter(|only| *only != miner) {
        return vec![Line::Bad(format!(
            "it is registered for {miner}, but this node works for {only} (--miner)"
        ))];
    }
    let before = before.and_then(Option::as_ref).filter(|before| before.miner == *miner);
    let mut lines = Vec::new();
    let mut change = |was: Option<bool>, is: bool, bad: String, good: String| match (was, is) {
        (Some(false) | None, true) => lines.push(Line::Bad(bad)),
        (Some(true), false) => lines.push(Line::Good(good)),
        _ => {}
    };
    change(
        before.map(|before| before.suspended),
        now.suspended,
        format!("{miner} is suspended after a slash: no leases, no sprints until miners.resume"),
        format!("{miner} has resumed"),
    );
    change(
        before.map(|before| before.bond_short),
        now.bond_short,
        format!("the bond of {miner} couldn't pay for a wrong sprint: no sprints until it offers a slot or resumes"),
        format!("the bond of {miner} is enough again"),
    );
    change(
        before.map(|before| before.slots == 0),
        now.slots == 0,
        match now.scheduled {
            true => format!("{miner} has no slot yet: its offer comes into force with the next round"),
            false => format!("{miner} has no slot on sale: mined work counts a sixteenth (miners.offer)"),
        },
        format!("the offer of {miner} is in force: {} slots", now.slots),
    );
    change(
        before.map(|before| !before.missing.is_empty()),
        !now.missing.is_empty(),
        format!(
            "{miner} doesn't offer {} of the {} models that sprints run on, so its work mined on those counts a sixteenth: {:?}",
            now.missing.len(), now.listed, now.missing
        ),
        format!("{miner} offers every model that sprints run on"),
    );
    change(
        before.map(|before| before.listed == 0),
        now.listed == 0,
        "no model is listed for sprints, so there is nothing to mine while no task comes".into(),
        "a model is listed for sprints again".into(),
    );
    if before.is_none() && lines.is_empty() {
        lines.push(Line::Good(format!("working for {miner}: {} slots on sale", now.slots)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_primitives::ModelId;

    fn healthy() -> MinerStatus<AccountId> {
        MinerStatus {
            miner: AccountId::new([1; 32]),
            slots: 2,
            scheduled: false,
            suspended: false,
            bond_short: false,
            listed: 1,
            missing: vec![],
        }
    }

    #[test]
    fn a_healthy_miner_has_no_reasons_and_one_line() {
        assert!(reasons(&Some(healthy()), None).is_empty());
        let lines = changes(None, &Some(healthy()), None);
        assert!(matches!(&lines[..], [Line::Good(line)] if line.contains("2 slots")));
        assert!(changes(Some(&Some(healthy())), &Some(healthy()), None).is_empty());
    }

    #[test]
    fn every_reason_is_said_once_and_taken_back() {
        type Change = fn(&mut MinerStatus<AccountId>);
        let cases: [(Change, Reason); 5] = [
            (|status| status.suspended = true, Reason::Suspended),
            (|status| status.bond_short = true, Reason::BondShort),
            (|status| status.slots = 0, Reason::NoSlots),
            (|status| status.missing = vec![ModelId::zero()], Reason::NotAllListedModels),
            (|status| status.listed = 0, Reason::NothingListed),
        ];
        for (change, reason) in cases {
            let (well, mut ill) = (Some(healthy()), healthy());
            change(&mut ill);
            let ill = Some(ill);
            assert_eq!(reasons(&ill, None), [reason].into());
            assert!(matches!(&changes(Some(&well), &ill, None)[..], [Line::Bad(_)]), "{reason:?}");
            assert!(matches!(&changes(Some(&ill), &well, None)[..], [Line::Good(_)]), "{reason:?}");
            assert!(changes(Some(&ill), &ill, None).is_empty());
        }
    }

    #[test]
    fn a_node_works_for_the_miner_that_it_was_started_for() {
        let other = AccountId::new([2; 32]);
        assert_eq!(reasons(&Some(healthy()), Some(&other)), [Reason::OtherMiner].into());
        assert!(matches!(&changes(None, &Some(healthy()), Some(&other))[..], [Line::Bad(_)]));
        assert!(reasons(&Some(healthy()), Some(&healthy().miner)).is_empty());
        assert_eq!(reasons(&None, None), [Reason::NotRegistered].into());
    }
}
