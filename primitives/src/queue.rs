//! A first-in-first-out queue in a chain's storage: a map from position to value, and the bounds of the positions in use.

use core::marker::PhantomData;

use codec::{Decode, Encode, FullCodec, MaxEncodedLen};
use frame_support::storage::{StorageMap, StorageValue};
use scale_info::TypeInfo;

/// Which positions of a queue's map are in use. They wrap around, so that a queue never runs out of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct QueueBounds<Mark = ()> {
    /// The position of the oldest value.
    pub first: u32,
    /// The position that the next value gets. The queue is empty if this is `first`.
    pub end: u32,
    /// What the queue's owner keeps with the bounds, such as a position in between.
    pub mark: Mark,
}

impl<Mark> QueueBounds<Mark> {
    /// How many values the queue holds.
    pub fn len(&self) -> u32 {
        self.end.wrapping_sub(self.first)
    }

    /// Whether the queue holds nothing.
    pub fn is_empty(&self) -> bool {
        self.first == self.end
    }
}

/// The queue over two storage items of a pallet: the map `Items` from position to `Value`, and the value `Bounds`, a
/// [`QueueBounds<Mark>`]. Nothing else may write to either.
///
/// The map holds exactly the positions from `first` up to, but without, `end`.
pub struct StoredQueue<Items, Bounds, Value, Mark = ()>(PhantomData<(Items, Bounds, Value, Mark)>);

impl<Items, Bounds, Value, Mark> StoredQueue<Items, Bounds, Value, Mark>
where
    Value: FullCodec,
    Mark: FullCodec + Copy,
    Items: StorageMap<u32, Value, Query = Option<Value>>,
    Bounds: StorageValue<QueueBounds<Mark>, Query = QueueBounds<Mark>>,
{
    /// The bounds and the mark.
    pub fn bounds() -> QueueBounds<Mark> {
        Bounds::get()
    }

    /// Adds a value at the end. Reads and writes the bounds, and writes one value.
    pub fn push(value: Value) {
        let mut bounds = Bounds::get();
        Items::insert(bounds.end, value);
        bounds.end = bounds.end.wrapping_add(1);
        Bounds::put(bounds);
    }

    /// Sets the mark to what `mark` makes of the bounds. Reads and writes the bounds.
    pub fn set_mark(mark: impl FnOnce(&QueueBounds<Mark>) -> Mark) {
        let mut bounds = Bounds::get();
        bounds.mark = mark(&bounds);
        Bounds::put(bounds);
    }

    /// Removes values from the front, as many as `most` says of the bounds, but stops at the first one that `leaves`
    /// wants to stay. Returns how many were removed.
    ///
    /// Reads the bounds once and writes them if anything was removed; reads each value that it looks at once. `leaves`
    /// must not use the queue itself.
    pub fn remove_front(
        most: impl FnOnce(&QueueBounds<Mark>) -> u32,
        mut leaves: impl FnMut(&Value) -> bool,
    ) -> u32 {
        let mut bounds = Bounds::get();
        let most = most(&bounds).min(bounds.len());
        let mut removed = 0u32;
        while removed < most {
            if Items::get(bounds.first).is_some_and(|value| !leaves(&value)) {
                break;
            }
            Items::remove(bounds.first);
            bounds.first = bounds.first.wrapping_add(1);
            removed = removed.saturating_add(1);
        }
        if removed > 0 {
            Bounds::put(bounds);
        }
        removed
    }
}

#[cfg(test)]
mod tests {
    use frame_support::{pallet_prelude::ValueQuery, storage_alias, Twox64Concat};

    use super::*;

    #[storage_alias]
    type Items = StorageMap<Test, Twox64Concat, u32, u64>;
    #[storage_alias]
    type Bounds = StorageValue<Test, QueueBounds<u32>, ValueQuery>;

    type Queue = StoredQueue<Items, Bounds, u64, u32>;

    fn on_empty(test: impl FnOnce()) {
        sp_io::TestExternalities::default().execute_with(test);
    }

    /// The values that are in the map, oldest first.
    fn stored() -> Vec<u64> {
        let bounds = Queue::bounds();
        (0..bounds.len()).map(|at| Items::get(bounds.first.wrapping_add(at)).expect("no gaps")).collect()
    }

    #[test]
    fn values_leave_in_the_order_in_which_they_came() {
        on_empty(|| {
            (10..14).for_each(Queue::push);
            let mut seen = Vec::new();
            let removed = Queue::remove_front(
                |_| 3,
                |value| {
                    seen.push(*value);
                    true
                },
            );
            assert_eq!((removed, seen), (3, vec![10, 11, 12]));
            Queue::push(14);
            assert_eq!(stored(), [13, 14]);
            assert_eq!(Items::iter().count(), 2);
        });
    }

    #[test]
    fn the_first_that_stays_keeps_those_behind_it() {
        on_empty(|| {
            [1, 2, 9, 3].into_iter().for_each(Queue::push);
            assert_eq!(Queue::remove_front(QueueBounds::len, |value| *value < 5), 2);
            assert_eq!(stored(), [9, 3]);
            assert_eq!(Queue::remove_front(QueueBounds::len, |value| *value < 5), 0);
            assert_eq!(stored(), [9, 3]);
        });
    }

    #[test]
    fn no_more_leave_than_there_are() {
        on_empty(|| {
            assert_eq!(Queue::remove_front(|_| u32::MAX, |_| true), 0);
            assert!(!Bounds::exists(), "an empty queue writes nothing");
            Queue::push(1);
            assert_eq!(Queue::remove_front(|_| u32::MAX, |_| true), 1);
            assert!(Queue::bounds().is_empty());
            assert_eq!(Items::iter().count(), 0);
        });
    }

    #[test]
    fn the_mark_stays_as_it_was_set() {
        on_empty(|| {
            Queue::push(1);
            Queue::set_mark(|bounds| bounds.end);
            Queue::push(2);
            assert_eq!(Queue::bounds(), QueueBounds { first: 0, end: 2, mark: 1 });
            let until_mark = |bounds: &QueueBounds<u32>| bounds.mark.wrapping_sub(bounds.first);
            assert_eq!(Queue::remove_front(until_mark, |_| true), 1);
            assert_eq!(Queue::bounds(), QueueBounds { first: 1, end: 2, mark: 1 });
        });
    }

    #[test]
    fn positions_wrap_around() {
        on_empty(|| {
            Bounds::put(QueueBounds { first: u32::MAX, end: u32::MAX, mark: u32::MAX });
            (1..4).for_each(Queue::push);
            assert_eq!(Queue::bounds().end, 2);
            assert_eq!(stored(), [1, 2, 3]);
            assert_eq!(Queue::remove_front(|_| 2, |_| true), 2);
            assert_eq!(stored(), [3]);
        });
    }
}
