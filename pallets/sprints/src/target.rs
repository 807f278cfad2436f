//! How a model's difficulty follows the wins on it, block by block: pure arithmetic.
//!
//! The difficulty is a moving average, over `BLOCKS` blocks, of the attempts that wins prove. In each block it falls by that
//! part of itself. A win raises it by as much of its own difficulty as `share / wanted` blocks take away, so it rests where
//! wins take `wanted` of a block. Wins that waited were easier and count less: they don't carry the difficulty too far.

/// A difficulty of one attempt a win: stored difficulties are in 65536ths.
pub const ONE: u64 = 65_536;
/// Blocks that the average goes back.
const BLOCKS: u64 = 64;
/// A win is wanted in one of so many blocks, unless that takes more than the sprints' share of the blocks. A block has room for
/// one win. So authors must hold more than seven turns in eight before others' wins find no room in the blocks that are left.
const BLOCKS_PER_WIN: u32 = 8;

/// The difficulty, as it is stored, at which a win takes so many attempts.
pub fn scaled(attempts: u64) -> u64 {
    attempts.max(1).saturating_mul(ONE)
}

/// Attempts that a win takes at a stored difficulty, rounded down; at least one.
pub fn attempts(difficulty: u64) -> u64 {
    difficulty.checked_div(ONE).unwrap_or(0).max(1)
}

/// The part of a block that wins on a model should take, where one takes `share` and all sprints may take
/// `sprint_share`; all in parts of 10⁹.
pub fn wanted(sprint_share: u32, share: u32) -> u32 {
    sprint_share.min(share.checked_div(BLOCKS_PER_WIN).unwrap_or(0)).max(1)
}

/// The difficulty a block later. Never below [`ONE`].
pub fn fall(difficulty: u64) -> u64 {
    difficulty.saturating_sub(difficulty.div_ceil(BLOCKS)).max(ONE)
}

/// The difficulty after a win at the difficulty `won` that takes `share` of a block, where wins should take `wanted`.
pub fn rise(difficulty: u64, won: u64, share: u32, wanted: u32) -> u64 {
    let blocks = u128::from(wanted.max(1)).saturating_mul(BLOCKS.into());
    let step = u128::from(won).saturating_mul(share.into()).checked_div(blocks).unwrap_or(0);
    difficulty.saturating_add(u64::try_from(step).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use proptest::prelude::*;

    const SHARE: u32 = 530_000;
    const SPRINT_SHARE: u32 = 250_000_000;

    #[test]
    fn a_win_is_wanted_in_eight_blocks_or_less_often() {
        assert_eq!(wanted(SPRINT_SHARE, 1_000), 125);
        assert_eq!(wanted(SPRINT_SHARE, 1_000_000_000), 125_000_000);
        assert_eq!(wanted(20_000_000, 1_000_000_000), 20_000_000, "a large model");
        assert_eq!(wanted(100, 1_000), 100);
        assert_eq!(wanted(0, 0), 1);
    }

    #[test]
    fn blocks_take_away_what_the_wanted_wins_add() {
        assert_eq!(fall(64 * ONE), 63 * ONE);
        assert_eq!(fall(64 * ONE + 1), 63 * ONE, "rounded up");
        assert_eq!(fall(ONE), ONE);
        assert_eq!(fall(0), ONE);
        // A win in eight blocks makes up for eight blocks.
        assert_eq!(rise(64 * ONE, 64 * ONE, 1_000, 125), 72 * ONE);
        assert_eq!(rise(64 * ONE, 64 * ONE, 1_000, 1_000), 65 * ONE);
        assert_eq!(rise(64 * ONE, 8 * ONE, 1_000, 125), 65 * ONE, "an easy win counts less");
        assert_eq!(rise(u64::MAX, u64::MAX, u32::MAX, 0), u64::MAX);
        assert_eq!((scaled(0), scaled(3), scaled(u64::MAX)), (ONE, 3 * ONE, u64::MAX));
        assert_eq!((attempts(0), attempts(3 * ONE - 1), attempts(u64::MAX)), (1, 2, u64::MAX / ONE));
    }

    fn random(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    /// Blocks that a win may wait.
    const AGE: usize = 156;

    /// A chain.
    struct Chain {
        /// As it is stored.
        difficulty: u64,
        /// The wins that wait, each with the block of its anchor and its difficulty in attempts.
        waiting: VecDeque<Waiting>,
        /// Which of them a block takes.
        take: fn(&mut VecDeque<Waiting>) -> Option<Waiting>,
        now: usize,
        random: u64,
    }

    type Waiting = (usize, u64);

    fn chain(attempts: u64) -> Chain {
        let (waiting, take, random) = (VecDeque::new(), VecDeque::pop_back, 88_172_645_463_325_252);
        Chain { difficulty: scaled(attempts), waiting, take, now: 0, random }
    }

    /// Blocks in which so many attempts are made, and one win is taken at most while the others wait. Returns the difficulty
    /// after each, in attempts.
    fn mine(chain: &mut Chain, attempts_per_block: u64, blocks: usize) -> Vec<u64> {
        let Chain { difficulty, waiting, take, now, random: state } = chain;
        let block = |_| {
            *now += 1;
            *difficulty = fall(*difficulty);
            let target = attempts(*difficulty);
            let wins = (0..attempts_per_block).filter(|_| random(state).is_multiple_of(target)).count();
            waiting.extend(core::iter::repeat_n((*now, target), wins));
            waiting.retain(|(anchor, _)| anchor + AGE >= *now);
            if let Some((_, won)) = take(waiting) {
                *difficulty = rise(*difficulty, scaled(won), SHARE, wanted(SPRINT_SHARE, SHARE));
            }
            attempts(*difficulty)
        };
        (0..blocks).map(block).collect()
    }

    fn near(difficulty: u64, rest: u64) {
        assert!((rest * 3 / 5..=rest * 7 / 5).contains(&difficulty), "{difficulty}, not about {rest}");
    }

    fn average(after: &[u64]) -> u64 {
        after.iter().sum::<u64>() / after.len() as u64
    }

    /// As on a new listing that a hundred machines mine.
    #[test]
    fn the_difficulty_follows_two_thousand_times_the_attempts_in_a_hundred_and_fifty_blocks() {
        let mut chain = chain(80);
        near(average(&mine(&mut chain, 10, 256)[64..]), 80);
        let after = mine(&mut chain, 20_000, 450);
        near(average(&after[130..150]), 160_000);
        near(average(&after[150..]), 160_000);
    }

    /// Why wins on the newest anchor have priority.
    #[test]
    fn by_the_oldest_wins_it_would_take_six_hundred() {
        let mut chain = Chain { take: VecDeque::pop_front, ..chain(80) };
        mine(&mut chain, 10, 256);
        assert!(mine(&mut chain, 20_000, 500)[499] < 40_000, "not a quarter of the way");
        let after = mine(&mut chain, 20_000, 450);
        near(average(&after[250..]), 160_000);
    }

    #[test]
    fn the_difficulty_follows_eight_times_the_attempts_in_a_hundred_blocks() {
        let mut chain = chain(800);
        // A win in eight blocks takes eight times the attempts of a block.
        near(average(&mine(&mut chain, 100, 256)[64..]), 800);
        let after = mine(&mut chain, 800, 300);
        near(average(&after[80..100]), 6_400);
        near(average(&after[100..]), 6_400);
        // And back: without wins it takes 64 blocks to fall to a third.
        near(average(&mine(&mut chain, 100, 600)[300..]), 800);
    }

    proptest! {
        #[test]
        fn the_difficulty_is_never_below_one(difficulty: u64, won: u64, share: u32, wanted: u32) {
            prop_assert!(fall(difficulty) >= ONE);
            prop_assert!(fall(difficulty) <= difficulty.max(ONE));
            prop_assert!(rise(difficulty, won, share, wanted) >= difficulty);
            prop_assert!(attempts(fall(difficulty)) >= 1);
            prop_assert!(scaled(attempts(difficulty)) <= difficulty.max(ONE));
        }

        #[test]
        fn a_win_in_eight_blocks_leaves_it_where_it_was(
            attempts in 1_000u64..1 << 40,
            share in 1_000u32..900_000_000,
        ) {
            let before = scaled(attempts);
            let won = rise(before, before, share, wanted(SPRINT_SHARE, share));
            let after = (0..8).fold(won, |difficulty, _| fall(difficulty));
            prop_assert!(after.abs_diff(before) <= before / 100, "{before} became {after}");
        }
    }
}
