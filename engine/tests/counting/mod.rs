//! How much memory some work takes: an allocator that counts. The importer's tests use it as well.
#![allow(
    unsafe_code,
    reason = "an allocator that counts is an unsafe trait; it hands everything to the system's"
)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
};

/// The system's allocator, which remembers how much was taken at once.
struct Counting {
    taken: AtomicUsize,
    most: AtomicUsize,
}

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let taken = self.taken.fetch_add(layout.size(), SeqCst) + layout.size();
        self.most.fetch_max(taken, SeqCst);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.taken.fetch_sub(layout.size(), SeqCst);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting { taken: AtomicUsize::new(0), most: AtomicUsize::new(0) };

/// Bytes that some work takes at most beside what was taken before.
pub fn most<R>(work: impl FnOnce() -> R) -> (R, u64) {
    let before = ALLOCATOR.taken.load(SeqCst);
    ALLOCATOR.most.store(before, SeqCst);
    let result = work();
    (result, (ALLOCATOR.most.load(SeqCst) - before) as u64)
}
