//! What happened to tasks and to the planck that they cost, told by the chain's events.

use std::collections::BTreeSet;

use millrace_primitives::Balance;
use millrace_runtime::{AccountId, RuntimeEvent, System};

#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Tasks of customers that were posted, and those of them that were settled. Tasks of others don't count.
    pub demanded: u64,
    pub served: u64,
    /// Prices of the customers' settled tasks, planck.
    pub prices: Balance,
    /// What of all settled tasks' prices miners got, and what was burned, planck.
    pub paid: Balance,
    pub burned: Balance,
    /// What collators got for verifying, and for keeping outputs, planck.
    pub verification: Balance,
    pub retention: Balance,
    /// Burned for waiting, planck.
    pub rent: Balance,
    /// Taken of bonds, planck.
    pub slashed: Balance,
    pub charged: Balance,
    /// What signed transactions cost, planck.
    pub transaction_fees: Balance,
    /// Emission of the rounds that ended, planck.
    pub emission: Balance,
    pub wins: u64,
    /// Settled tasks of riders.
    pub rides: u64,
    /// Tasks of customers that are open.
    open: BTreeSet<u64>,
    /// Tasks of riders that are open.
    ridden: BTreeSet<u64>,
}

impl Totals {
    /// Counts a block's events.
    pub fn count(&mut self, customer: &AccountId, riders: &[AccountId]) {
        use pallet_miners::Event as Miner;
        use pallet_tasks::Event as Task;
        for record in System::events() {
            match record.event {
                RuntimeEvent::Tasks(Task::TaskPosted { task, requester, .. }) => {
                    if requester == *customer {
                        self.open.insert(task);
                    } else if riders.contains(&requester) {
                        self.ridden.insert(task);
                    }
                }
                RuntimeEvent::Tasks(Task::TaskLeased { rent, .. }) => self.rent += rent,
                RuntimeEvent::Tasks(Task::TaskRefunded { task, rent, retention, .. }) => {
                    self.rent += rent;
                    self.retention += retention;
                    self.open.remove(&task);
                    self.ridden.remove(&task);
                }
                RuntimeEvent::Tasks(Task::TaskSettled { task, paid, burned, fee, retention, .. }) => {
                    self.paid += paid;
                    self.burned += burned;
                    self.verification += fee;
                    self.retention += retention;
                    if self.open.remove(&task) {
                        self.served += 1;
                        self.prices += paid + burned;
                    } else if self.ridden.remove(&task) {
                        self.rides += 1;
                    }
                }
                RuntimeEvent::Miners(Miner::Slashed { amount, .. }) => self.slashed += amount,
                RuntimeEvent::Miners(Miner::Charged { amount, .. }) => self.charged += amount,
                RuntimeEvent::Rewards(pallet_rewards::Event::RoundClosed { emission, .. }) => {
                    self.emission += emission;
                }
                _ => {}
            }
        }
    }

    /// What a customer's settled task cost on average, MILL.
    pub fn mean_price(&self) -> f64 {
        crate::outcome::mill(self.prices) / (self.served.max(1) as f64)
    }
}
