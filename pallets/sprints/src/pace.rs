//! How much work a model's wins prove for each block of its turns: pure arithmetic.
//!
//! A round's emission is shared by MAC, and a MAC on one model takes more time than on another. So work on a model whose
//! turn is over would get more of the emission on a slower one than the same time spent on the model in turn.

use millrace_primitives::Mac;
use sp_runtime::{helpers_128bit::multiply_by_rational_with_rounding, Rounding};

use crate::{target::ONE, Pace};

/// Blocks of its turns that a model's average goes back: seven rounds of an hour.
const BLOCKS: u64 = 4_096;
/// Blocks for which a guess counts: as many as a difficulty goes back.
const GUESSED: u32 = 64;

impl Pace {
    /// A guess by the difficulty: a win takes `attempts` of so much work each, wins should take `wanted` of a block, and each
    /// takes `share`.
    pub fn expected(attempts: u64, work: Mac, share: u32, wanted: u32) -> Self {
        let wins = work.saturating_mul(attempts.into()).saturating_mul(GUESSED.into());
        let blocks = ONE.saturating_mul(GUESSED.into());
        Self { work: mul_div(wins, wanted.into(), share.max(1).into()), blocks }
    }

    /// The average when another block of the model's turn begins.
    pub fn block_later(self) -> Self {
        let Self { work, blocks } = self;
        Self {
            work: work.saturating_sub(work.checked_div(BLOCKS.into()).unwrap_or_default()),
            blocks: blocks.saturating_sub(blocks.checked_div(BLOCKS).unwrap_or_default()).saturating_add(ONE),
        }
    }

    /// The average with a win of so much work on one of these blocks.
    pub fn with(self, work: Mac) -> Self {
        Self { work: self.work.saturating_add(work), ..self }
    }

    /// Work in a block, MAC.
    fn per_block(self) -> Mac {
        mul_div(self.work, ONE.into(), self.blocks.max(1).into())
    }

    /// How much of `work` on this model counts while another is in turn: as much as the same part of the network's work
    /// there, and never more than it is.
    pub fn counts(self, in_turn: Self, work: Mac) -> Mac {
        let (own, other) = (self.per_block(), in_turn.per_block());
        if other >= own {
            return work;
        }
        mul_div(work, other, own)
    }
}

fn mul_div(a: u128, b: u128, c: u128) -> u128 {
    multiply_by_rational_with_rounding(a, b, c, Rounding::Down).unwrap_or(u128::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PER_BLOCK: u128 = 1 << 40;

    /// A model's average after so many blocks of its turns, where one in eight has a win.
    fn after(start: Pace, blocks: u32) -> Pace {
        (0..blocks).fold(start, |pace, block| {
            let pace = pace.block_later();
            if block % 8 == 0 {
                pace.with(8 * PER_BLOCK)
            } else {
                pace
            }
        })
    }

    #[test]
    fn a_guess_is_forgotten_within_rounds_of_an_hour() {
        for guessed in [0, 2] {
            let blocks = u64::from(GUESSED) * ONE;
            let guess = Pace { work: guessed * PER_BLOCK * u128::from(GUESSED), blocks };
            let learnt = after(guess, 600).per_block();
            assert!(learnt.abs_diff(PER_BLOCK) < PER_BLOCK / 8, "{learnt}");
        }
        let settled = after(Pace::default(), 40_000);
        assert!(settled.per_block().abs_diff(PER_BLOCK) < PER_BLOCK / 100);
        assert!(settled.blocks <= BLOCKS * ONE);
    }

    #[test]
    fn a_guess_is_what_the_difficulty_says() {
        // A win of 300 attempts of 7 MAC in eight blocks.
        assert_eq!(Pace::expected(300, 7, 8_000, 1_000), Pace { work: 64 * 2_100 / 8, blocks: 64 * ONE });
        assert_eq!(Pace::expected(300, 7, 8_000, 1_000).per_block(), 262);
        assert_eq!(Pace::expected(u64::MAX, Mac::MAX, 1, u32::MAX).work, Mac::MAX);
    }

    #[test]
    fn work_on_a_fast_model_counts_by_time_while_a_slow_one_is_in_turn() {
        let [slow, fast] = [1, 9].map(|each| Pace { work: each * PER_BLOCK, blocks: ONE });
        assert_eq!(fast.counts(slow, 900), 100);
        assert_eq!(slow.counts(fast, 900), 900, "and work on a slow one never for more than it is");
        assert_eq!(fast.counts(fast, 900), 900);
        assert_eq!(fast.counts(Pace::default(), 900), 0, "nobody has won on the one in turn");
        assert_eq!(Pace::default().counts(Pace::default(), 900), 900);
    }

    proptest! {
        #[test]
        fn no_more_counts_than_there_is(work: u128, own: (u128, u64), other: (u128, u64)) {
            let [own, other] = [own, other].map(|(work, blocks)| Pace { work, blocks });
            prop_assert!(own.counts(other, work) <= work);
            prop_assert!(own.block_later().work <= own.work);
        }
    }
}
