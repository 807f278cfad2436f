//! Wins: won sprints wait in the database until their anchors are too old for the chain.

use codec::{Decode, Encode};
use millrace_primitives::{
    handover::{sent_key, win_key, wins_key, Win, Wins},
    mill::MillKey,
    BlockNumber,
};
use millrace_runtime::AccountId;
use sp_core::{offchain::OffchainStorage, H256};

use super::{database::Database, error::MillError, metrics::Metrics};

/// Wins of one key that wait for the chain at most; more are dropped, the oldest first, and counted.
const WINS_KEPT: usize = 1024;

/// Wins that are kept no longer.
struct Dropped {
    subjects: Vec<H256>,
    /// How many of them the chain would still have taken.
    unsent: usize,
}

/// Takes wins off a list: those on anchors before `oldest`, and the oldest of those that leave no room for `new` ones.
fn drop_wins(kept: &mut Wins, oldest: BlockNumber, new: usize) -> Dropped {
    let mut subjects = Vec::new();
    kept.retain(|(anchor, subject)| {
        let keep = *anchor >= oldest;
        if !keep {
            subjects.push(*subject);
        }
        keep
    });
    let unsent = kept.len().saturating_add(new).saturating_sub(WINS_KEPT).min(kept.len());
    subjects.extend(kept.drain(..unsent).map(|(_, subject)| subject));
    Dropped { subjects, unsent }
}

/// Leaves a key's wins for the off-chain worker, and removes those on anchors before `oldest`.
///
/// # Errors
/// [`MillError::NotStored`].
pub fn keep_wins<S: OffchainStorage>(
    database: &mut Database<S>,
    metrics: &Metrics,
    key: &MillKey,
    oldest: BlockNumber,
    wins: Vec<Win<AccountId>>,
) -> Result<(), MillError> {
    let list = wins_key(key);
    let stored = database.get(&list);
    let mut kept = stored.and_then(|bytes| Wins::decode(&mut &bytes[..]).ok()).unwrap_or_default();
    let before = kept.len();
    let dropped = drop_wins(&mut kept, oldest, wins.len());
    if dropped.unsent > 0 {
        log::warn!(
            target: "millrace",
            "{} won sprints are dropped: more than {WINS_KEPT} wait for the chain, which is congested or stands",
            dropped.unsent
        );
        metrics.lost(dropped.unsent as u64);
    }
    for subject in &dropped.subjects {
        database.remove(&win_key(key, *subject));
        database.remove(&sent_key(*subject));
    }
    if wins.is_empty() && kept.len() == before {
        return Ok(());
    }
    for win in wins {
        let subject = H256(win.attempt.subject());
        database.store(&win_key(key, subject), &win.encode())?;
        kept.push((win.anchor_number, subject));
        metrics.won();
        log::debug!(target: "millrace", "a sprint on block {} won", win.anchor_number);
    }
    database.store(&list, &kept.encode())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wins_are_dropped_by_age_and_for_room_only() {
        let subject = |index: usize| H256::from_low_u64_be(index as u64);
        let mut kept: Wins = (0..WINS_KEPT).map(|index| (index as u32, subject(index))).collect();
        let dropped = drop_wins(&mut kept, 3, 2);
        assert_eq!((dropped.subjects, dropped.unsent), (vec![subject(0), subject(1), subject(2)], 0));
        let dropped = drop_wins(&mut kept, 3, 5);
        assert_eq!((dropped.subjects, dropped.unsent), (vec![subject(3), subject(4)], 2));
        assert_eq!(kept.first(), Some(&(5, subject(5))));
    }
}
