//! What the reference says of mining: which wins count, what a wrong one takes, and what rounds emit.

use crate::reference::*;

/// Blocks that an anchor may be old.
const MAX_ANCHOR_AGE: Block = 156;

impl Reference {
    /// Whether a win of this miner on this anchor has to be accepted, be its trace right or not.
    pub fn judge_sprint(&self, miner: Id, anchor: Block) -> Verdict {
        let may = self.miners.get(&miner).is_some_and(|record| record.may_sprint(&self.parameters));
        let is_anchor =
            self.anchors.contains_key(&anchor) && anchor < self.now && self.now <= anchor + MAX_ANCHOR_AGE;
        if !may || !is_anchor {
            return Verdict::MustNot;
        }
        // Several small wins may share what a block has for one of the largest model.
        if self.last_win == self.now {
            Verdict::May
        } else {
            Verdict::Must
        }
    }

    pub fn learn_of_mining(&mut self, fact: Fact) {
        match fact {
            Fact::Won { miner, work, author, share } => {
                let before = if self.last_win == self.now { self.used } else { 0 };
                let (own, most) = share.unwrap_or_default();
                assert!(
                    before == 0 || before + own <= most,
                    "a block took more than a win on the largest model"
                );
                self.used = before + own;
                self.last_win = self.now;
                self.shares.insert((self.round, miner));
                self.shares.extend(author.map(|author| (self.round, author)));
                self.collators.won(miner, work);
            }
            Fact::Rejected { miner, slot, amount } => {
                let record = self.miners.get_mut(&miner).expect("a miner");
                let (largest, slash) = record.at_stake(&self.parameters);
                assert_eq!((slot, amount), (largest, slash.min(record.bond)), "what a wrong sprint takes");
                record.bond -= amount;
                record.rejected = true;
                self.burned += amount;
            }
            Fact::RoundClosed { emission, mined } => self.round_closed(emission, mined),
            Fact::Claimed { round, account, amount } => {
                assert!(round < self.round && self.shares.remove(&(round, account)), "no share to claim");
                let left = self.emission.get_mut(&round).expect("a closed round");
                *left = left.checked_sub(amount).expect("a round mints no more than it emits");
                self.free[account] += amount;
                self.minted += amount;
            }
            fact => unreachable!("{fact:?} isn't about mining"),
        }
    }

    fn round_closed(&mut self, emission: Balance, mined: u128) {
        let most = 5 * UNIT * Balance::from(self.now - self.round_start);
        assert!(emission == 0 || emission == most, "a round emits what its blocks do, or nothing");
        self.round_start = self.now;
        self.emission.insert(self.round, emission);
        self.round += 1;
        self.collators.mined.clear();
        if emission > 0 {
            let own = (emission * 1_000_000 / mined).min(2 * self.mining_pay);
            let step = own.abs_diff(self.mining_pay).div_ceil(16);
            let before = self.mining_pay;
            self.mining_pay = if own > before { before + step } else { before - step }.max(1);
        }
    }
}
