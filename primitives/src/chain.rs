//! What pallets read of the chain itself.

use frame_system::pallet_prelude::BlockNumberFor;
use sp_core::H256;
use sp_runtime::traits::Zero;

/// Hash of the first block, which names the chain in everything that a mill key signs.
pub fn genesis_hash<T: frame_system::Config>() -> H256 {
    H256::from_slice(frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()).as_ref())
}
