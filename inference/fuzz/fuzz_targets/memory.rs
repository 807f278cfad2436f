//! Whatever registers: verifying a batch of it takes no more memory than its profile says, however large the batch.
#![no_main]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use libfuzzer_sys::fuzz_target;
use millrace_inference::{
    check, execute,
    random::{random_input, random_model, Random},
    CheckedModel, LinearCheck,
};

/// Counts every allocation as the next power of two, as a runtime's allocator does.
struct Buckets;

static LIVE: AtomicU64 = AtomicU64::new(0);
static MOST: AtomicU64 = AtomicU64::new(0);

fn bucket(layout: Layout) -> u64 {
    layout.size().next_power_of_two() as u64
}

unsafe impl GlobalAlloc for Buckets {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(bucket(layout), Relaxed) + bucket(layout);
        MOST.fetch_max(live, Relaxed);
        System.alloc(layout)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(bucket(layout), Relaxed);
        System.dealloc(pointer, layout);
    }
}

#[global_allocator]
static HEAP: Buckets = Buckets;

/// Lists of nodes, claims and operands.
const LISTS: u64 = 128 << 10;
/// Bytes of a column's or a row's lanes, and of folding them, native code's included.
const LANES: u64 = 256;

fuzz_target!(|change: (u64, Vec<(u16, u8)>, u8)| {
    let (seed, edits, samples) = change;
    let mut random = Random(seed);
    let mut bytes = random_model(&mut random, 32).to_bytes();
    for (at, value) in edits.iter().take(16) {
        let at = usize::from(*at) % bytes.len();
        bytes[at] = *value;
    }
    let Ok(model) = CheckedModel::from_bytes(&bytes) else { return };
    let (profile, samples) = (model.profile(), u32::from(samples) + 1);
    let cost = profile.cost(samples);
    if profile.work(samples) > 1 << 23 || cost.elements > 1 << 22 || cost.runs > 1 << 20 {
        return;
    }
    let input = random_input(&mut random, profile.sample_bytes, samples);
    let trace = execute(&model, &input).expect("whole samples").trace;
    let folded = profile.layers.iter().zip(profile.checks(samples));
    let lanes: u64 = folded
        .filter(|(_, check)| *check == LinearCheck::Freivalds)
        .map(|(layer, _)| u64::from(layer.n) + u64::from(layer.m))
        .sum();
    let before = LIVE.load(Relaxed);
    MOST.store(before, Relaxed);
    assert_eq!(check(&model, &input, &trace, [3; 32]), Ok(()));
    let took = MOST.load(Relaxed) - before;
    let said = profile.slice_bytes + LANES * lanes.next_power_of_two() + LISTS;
    assert!(took <= said, "{took} bytes, said {said}: {profile:?}");
});
