//! What the reference says of collators: who may stand, what standing holds, who keeps a seat, and from whom seats are
//! drawn.

use std::collections::{BTreeMap, BTreeSet};

use crate::reference::*;

const MOST_SEATS: u32 = 32;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    pub deposit: Balance,
    /// MAC, halved with each session.
    pub tally: u128,
    pub last_authored: Block,
    pub leaving: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Collators {
    pub appointed: Vec<Id>,
    /// How many seats are drawn.
    pub seats: u32,
    /// Who has session keys.
    pub keys: BTreeSet<Id>,
    pub candidates: BTreeMap<Id, Candidate>,
    /// What each account mined in the running round, MAC, which it brings when it stands.
    pub mined: BTreeMap<Id, u128>,
    /// Who had worked when seats were drawn last, and how much, MAC: the next are drawn by that.
    pub weighed: BTreeMap<Id, u128>,
    /// The holders of the seats that were drawn for each session.
    pub drawn: BTreeMap<u32, Vec<Id>>,
    pub session: u32,
    /// The block with which the session began.
    pub began: Block,
}

impl Collators {
    /// Who holds the seats of a session: those drawn for it, and those drawn for the one before.
    fn holders(&self, session: u32) -> Vec<Id> {
        let drawn = |session: u32| self.drawn.get(&session).cloned().unwrap_or_default();
        let before = session.checked_sub(1).map(drawn).unwrap_or_default();
        before.into_iter().chain(drawn(session)).collect()
    }

    fn has_seat(&self, who: Id) -> bool {
        self.drawn.values().any(|holders| holders.contains(&who))
    }

    /// Verified work, which counts for candidates that stay.
    pub fn worked(&mut self, who: Id, work: u128) {
        if let Some(candidate) = self.candidates.get_mut(&who).filter(|candidate| !candidate.leaving) {
            candidate.tally += work;
        }
    }

    /// Work of a win, which counts for who stands later in the round, too.
    pub fn won(&mut self, who: Id, work: u128) {
        *self.mined.entry(who).or_default() += work;
        self.worked(who, work);
    }

    pub fn authored(&mut self, who: Id, now: Block) {
        if let Some(candidate) = self.candidates.get_mut(&who) {
            candidate.last_authored = now;
        }
    }

    /// Ends a candidacy, with its seats; answers its deposit.
    fn end(&mut self, who: Id) -> Balance {
        let candidate = self.candidates.remove(&who).expect("only candidates leave");
        self.drawn.values_mut().for_each(|holders| holders.retain(|holder| *holder != who));
        self.drawn.retain(|_, holders| !holders.is_empty());
        candidate.deposit
    }

    /// The holders of the ending session that authored nothing in it, if it gave each of its authors two turns.
    fn idle(&self, now: Block) -> BTreeSet<Id> {
        let holders = self.holders(self.session);
        if now - self.began < 2 * (self.appointed.len() + holders.len()) as u32 {
            return BTreeSet::new();
        }
        holders.into_iter().filter(|who| self.candidates[who].last_authored <= self.began).collect()
    }
}

impl Reference {
    /// Whether a call on collators has to succeed; none if it is another.
    pub fn judge_of_collators(&self, call: &Call) -> Option<Verdict> {
        let Collators { keys, candidates, .. } = &self.collators;
        Some(match call {
            Call::SetKeys { .. } => Verdict::Must,
            Call::PurgeKeys { who } => keys.contains(who).into(),
            Call::Stand { who } if candidates.contains_key(who) || !keys.contains(who) => Verdict::MustNot,
            Call::Stand { who } => {
                let deposit = self.parameters.candidacy_deposit;
                self.affords(*who, deposit, deposit)
            }
            Call::StandDown { who } => candidates.get(who).is_some_and(|own| !own.leaving).into(),
            Call::Appoint { root, who } => {
                let distinct: BTreeSet<_> = who.iter().collect();
                let sound = !who.is_empty() && distinct.len() == who.len();
                (*root && sound && who.iter().all(|who| keys.contains(who))).into()
            }
            Call::SetSeats { root, seats } => (*root && *seats <= MOST_SEATS).into(),
            _ => return None,
        })
    }

    /// A call succeeded; none if it isn't one on collators. How a candidacy ends is told as a fact.
    pub fn done_to_collators(&mut self, call: &Call) -> Option<()> {
        let collators = &mut self.collators;
        match call {
            Call::SetKeys { who } => {
                collators.keys.insert(*who);
            }
            Call::PurgeKeys { who } => {
                collators.keys.remove(who);
            }
            Call::Stand { who } => {
                let deposit = self.parameters.candidacy_deposit;
                self.free[*who] -= deposit;
                let tally = collators.mined.get(who).copied().unwrap_or_default();
                let new = Candidate { deposit, tally, ..Default::default() };
                collators.candidates.insert(*who, new);
            }
            Call::StandDown { .. } => {}
            Call::Appoint { who, .. } => collators.appointed.clone_from(who),
            Call::SetSeats { seats, .. } => collators.seats = *seats,
            _ => return None,
        }
        Some(())
    }

    pub fn learn_of_collators(&mut self, fact: Fact) {
        match fact {
            Fact::Leaving { who } => {
                assert!(self.collators.has_seat(who), "{who} has no seat to wait for");
                let candidate = self.collators.candidates.get_mut(&who).expect("a candidate");
                *candidate = Candidate { tally: 0, leaving: true, ..candidate.clone() };
            }
            Fact::Left { who, why } => {
                assert_eq!(why, Departure::StoodDown, "nobody else may end a candidacy within a session");
                assert!(!self.collators.has_seat(who), "{who} left a seat behind");
                self.free[who] += self.collators.end(who);
            }
            Fact::SessionBegan { left, drawn } => self.session_began(&left, drawn),
            fact => unreachable!("{fact:?} isn't about collators"),
        }
    }

    fn session_began(&mut self, left: &[(Id, Departure)], drawn: Option<(u32, Vec<Id>)>) {
        let who_left = |why| -> BTreeSet<Id> {
            left.iter().filter(|(_, own)| *own == why).map(|(who, _)| *who).collect()
        };
        let idle = self.collators.idle(self.now);
        assert_eq!(who_left(Departure::Idle), idle, "who was idle");
        for who in idle {
            self.free[who] += self.collators.end(who);
        }
        self.collators.session += 1;
        self.collators.began = self.now;
        let Collators { session, seats, .. } = self.collators;
        self.collators.drawn.retain(|of, _| of + 2 != session);
        let is_done = |who: &Id| self.collators.candidates[who].leaving && !self.collators.has_seat(*who);
        let done: BTreeSet<Id> = self.collators.candidates.keys().copied().filter(is_done).collect();
        assert_eq!(who_left(Departure::StoodDown), done, "whose seats ran out");
        for who in done {
            self.free[who] += self.collators.end(who);
        }
        assert!(left.iter().all(|(_, why)| *why != Departure::MadeWay), "there are places for all");
        self.check_draw(session + 1, seats, drawn);
        let tallies = self.collators.candidates.iter().map(|(who, own)| (*who, own.tally));
        self.collators.weighed = tallies.filter(|(_, tally)| *tally > 0).collect();
        self.collators.candidates.values_mut().for_each(|candidate| candidate.tally /= 2);
    }

    /// Seats go to candidates that had worked when seats were drawn last, as many as are due, or nobody had worked. The seats of
    /// who left since stay empty.
    fn check_draw(&mut self, session: u32, seats: u32, drawn: Option<(u32, Vec<Id>)>) {
        let due = (seats + session % 2) / 2;
        let Collators { weighed, candidates, .. } = &self.collators;
        let stays = |who: &Id| candidates.get(who).is_some_and(|own| !own.leaving);
        let Some((of, holders)) = drawn else {
            let empty = due == 0 || weighed.is_empty() || !weighed.keys().all(stays);
            assert!(empty, "somebody had worked and stayed");
            return;
        };
        assert_eq!(of, session);
        assert!(holders.len() == due as usize || holders.len() < due as usize && !weighed.keys().all(stays));
        assert!(
            holders.iter().all(|who| weighed.contains_key(who) && stays(who)),
            "who had not worked has a seat"
        );
        self.collators.drawn.insert(session, holders);
    }
}
