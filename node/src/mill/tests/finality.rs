//! When finished work is forgotten.

use millrace_primitives::handover::{sent_key, trace_key};
use sp_core::offchain::{OffchainStorage, STORAGE_PREFIX};

use super::fake::{lease, mill, trace, Disk, FakeChain};

#[test]
fn finished_work_is_forgotten_once_its_end_is_final() {
    let (chain, mut disk) = (FakeChain::new(), Disk::default());
    let mut mill = mill(&chain, &disk);
    let (kept, sent) = (trace_key(lease().descriptor), sent_key(lease().descriptor));
    assert!(mill.step().expect("it executes"));
    // As the off-chain worker does.
    disk.set(STORAGE_PREFIX, &sent, &[10]);

    chain.script().leases.clear();
    for (best, finalized) in [(12, 10), (13, 11)] {
        chain.script().best = best;
        chain.script().finalized = finalized;
        assert!(!mill.step().expect("there is nothing to do"));
        assert_eq!(disk.read(&kept), Some(trace()), "its end was seen in block 12");
    }
    chain.script().finalized = 12;
    assert!(!mill.step().expect("there is nothing to do"));
    assert_eq!((disk.read(&kept), disk.read(&sent)), (None, None));
    assert!(mill.done.is_empty());
}
