//! Units and names that all of the chain shares.

use sp_core::H256;

/// Number of a block of this chain.
pub type BlockNumber = u32;
/// Planck, the smallest unit of the token.
pub type Balance = u128;
/// Multiply-accumulate operations.
pub type Mac = u128;
/// Name of a task, counted up from 0.
pub type TaskId = u64;
/// Number of a round, counted up from 0.
pub type RoundIndex = u32;
/// Position of a slot in its miner's list.
pub type SlotIndex = u32;
/// Name of a model: blake2-256 of its encoding.
pub type ModelId = H256;

/// An ask is a price for this many MAC.
pub const MAC_PER_ASK: Mac = 1_000_000;

/// `⌈ask · work / 10⁶⌉`: what `work` MAC cost at an ask in planck per mega-MAC. None if that is no balance.
pub fn price_of(ask: Balance, work: Mac) -> Option<Balance> {
    ask.checked_mul(work).map(|product| product.div_ceil(MAC_PER_ASK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_round_up_and_never_wrap() {
        assert_eq!(price_of(3, 1), Some(1));
        assert_eq!(price_of(3, 1_000_000), Some(3));
        assert_eq!(price_of(3, 1_000_001), Some(4));
        assert_eq!(price_of(0, 1_000_001), Some(0));
        assert_eq!(price_of(Balance::MAX, 2), None);
    }
}
