//! The arithmetic of a draw: the same chance for each unit of work, whoever did it.

use codec::{Decode, Encode};
use millrace_primitives::Mac;
use sp_io::hashing::blake2_256;

/// The seed of a session's draws.
pub(crate) fn seed(randomness: [u8; 32], session: u32) -> [u8; 32] {
    blake2_256(&(randomness, session).encode())
}

/// Whom the draw of this number picks: the position of a tally, with a chance of its part of all. None if all are zero.
///
/// The remainder of 128 bits is biased by `total / 2¹²⁸`, which is nothing for work that fits a century.
pub(crate) fn pick(
    seed: &[u8; 32],
    number: u32,
    tallies: impl Iterator<Item = Mac> + Clone,
) -> Option<usize> {
    let total = tallies.clone().fold(0, Mac::saturating_add);
    let hash = blake2_256(&(seed, number).encode());
    let ticket = u128::decode(&mut hash.as_slice()).ok()?.checked_rem(total)?;
    let mut left = ticket;
    for (position, tally) in tallies.enumerate() {
        match left.checked_sub(tally) {
            Some(rest) => left = rest,
            None => return Some(position),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often each is picked in so many draws.
    fn picks(tallies: &[Mac], draws: u32) -> Vec<u32> {
        let mut counts = vec![0; tallies.len()];
        let seed = seed([7; 32], 1);
        for number in 0..draws {
            counts[pick(&seed, number, tallies.iter().copied()).expect("somebody worked")] += 1;
        }
        counts
    }

    #[test]
    fn draws_follow_the_tallies() {
        let counts = picks(&[3_000_000, 1_000_000], 4_000);
        assert!((2_850..=3_150).contains(&counts[0]), "{counts:?}");
    }

    #[test]
    fn splitting_an_account_changes_nothing_on_average() {
        let counts = picks(&[1_000_000, 1_000_000, 1_000_000, 1_000_000], 4_000);
        let split: u32 = counts[..3].iter().sum();
        assert!((2_850..=3_150).contains(&split), "{counts:?}");
    }

    #[test]
    fn nobody_is_picked_without_work() {
        assert_eq!(pick(&[0; 32], 0, [0, 0].into_iter()), None);
        assert_eq!(pick(&[0; 32], 0, core::iter::empty()), None);
        assert_eq!(picks(&[0, 5, 0], 100), [0, 100, 0]);
    }

    #[test]
    fn tallies_that_overflow_pick_somebody() {
        assert!(pick(&[1; 32], 0, [Mac::MAX, Mac::MAX].into_iter()).is_some());
    }

    #[test]
    fn sessions_differ() {
        assert_ne!(seed([0; 32], 1), seed([0; 32], 2));
        assert_ne!(seed([0; 32], 1), seed([1; 32], 1));
    }
}
