//! What happened to the miners is read off each finalized block once.

use super::*;
use crate::mill::{chain::Chain, follow::Follower};

#[test]
fn each_finalized_block_is_counted_once() {
    let chain = FakeChain::default();
    let mut follower = Follower::default();
    let mut follow = |finalized| {
        chain.edit(|world| world.heads.finalized_number = finalized);
        follower.follow(&chain, chain.heads(), &Metrics::default());
        chain.edit(|world| std::mem::take(&mut world.events_of))
    };
    assert!(follow(8).is_empty(), "what was before the start isn't counted");
    assert_eq!(follow(10), [9, 10]);
    assert!(follow(10).is_empty());
    assert_eq!(follow(200), (137..=200).collect::<Vec<_>>(), "after a long absence only the newest");
}
