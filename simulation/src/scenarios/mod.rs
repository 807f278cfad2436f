//! The scenarios: each file is one, with what its attackers do, and what they do instead when they are honest.

use crate::market::Market;

mod book_squatter;
mod capacity_faker;
mod censors;
mod decliner;
mod dumper;
mod free_rider;
mod honest;
mod lease_squatter;
mod queue_squatter;
mod self_dealer;
mod spike;
mod stripper;
mod sybil;

/// What is simulated.
pub trait Scenario {
    fn name(&self) -> &'static str;
    /// What the attackers do, in a sentence.
    fn about(&self) -> &'static str;
    /// Has the attackers join. Without `attack` they are honest, with the same hardware and capital.
    fn join(&mut self, market: &mut Market, attack: bool);
    /// What they do before block `block` of `blocks`.
    fn act(&mut self, _market: &mut Market, _attack: bool, _block: u32, _blocks: u32) {}
}

/// Every scenario.
pub fn all() -> Vec<Box<dyn Scenario>> {
    vec![
        Box::new(honest::Honest),
        Box::new(dumper::Dumper),
        Box::new(self_dealer::SelfDealer::default()),
        Box::new(capacity_faker::CapacityFaker::default()),
        Box::new(stripper::Stripper::small()),
        Box::new(stripper::Stripper::large()),
        Box::new(lease_squatter::LeaseSquatter),
        Box::new(queue_squatter::QueueSquatter::default()),
        Box::new(book_squatter::BookSquatter),
        Box::new(decliner::Decliner),
        Box::new(sybil::Sybil),
        Box::new(spike::Spike::default()),
        Box::new(censors::Censors),
        Box::new(free_rider::FreeRider::default()),
    ]
}

/// The scenario of a name.
pub fn find(name: &str) -> Option<Box<dyn Scenario>> {
    all().into_iter().find(|scenario| scenario.name() == name)
}
