//! What governance can tune without an upgrade: each parameter with its unit, its bounds and what it moves.
//!
//! Root sets one with `parameters.setParameter`; `None` brings the default back. The pallet shows its origin the key
//! only, not the value, so a bound can't be enforced there. It is enforced where it counts, where a pallet reads the
//! value: through [`Within`], which takes the nearest bound for whatever lies beyond. A slip of the hand moves a
//! parameter to its bound and no farther, and so does a value that an upgrade with narrower bounds finds in storage.
//!
//! A lease keeps its slash, with the bond that covers it; a task its fees, a record, a candidacy and an input their deposits, an
//! offer the block from which its bond is free. For the rest a change acts at once, also on what is open:
//! - [`RentBase`](stored::tasks::RentBase) and [`RentPeak`](stored::tasks::RentPeak): tasks that wait pay it from then on;
//! - [`MinPrice`](stored::tasks::MinPrice): raised, it refunds waiting tasks whose ceiling is below it;
//! - [`ProtocolCut`](stored::tasks::ProtocolCut): open leases are paid at the cut of the block that settles them;
//! - [`SlotBond`](stored::miners::SlotBond), [`BondPerMegaMac`](stored::miners::BondPerMegaMac) and
//!   [`SlashRatio`](stored::miners::SlashRatio): raised, they leave the bonds of present miners short. One whose bond couldn't
//!   pay for a wrong sprint sprints no more until `miners.resume` tops it up; a smaller offer needs its own slots' bond only.
//!
//! These stay constants, since stored state or a proof depends on them; a new value comes with an upgrade, and with a
//! migration where one is needed:
//! - `InitialEmission`, `HalvingInterval`, `EmissionCap`: how much there will ever be is nobody's to choose, and the
//!   sum of what was emitted holds for one schedule only.
//! - `ClaimWindow`: a shorter one voids shares that miners count on, a longer one promises rounds that are forgotten.
//! - `Retention`: it was paid for. Outputs also go in the order in which they came, so that one with a shorter
//!   retention would wait for those before it.
//! - `CapacityWindow`: it bounds capacity that is stored, and `try_state` holds every miner against it.
//! - `LatencyFloor`, `GracePeriod`: miners took their leases on until when they can decline and when they are slashed.
//! - `MaxAnchorAge`: it follows from the numbers of authors, and each block forgets the one anchor that has become too
//!   old: if it shrank, those in between would stay for ever.
//! - `MaxTrace`, `MaxSprintTrace`, `MaxVerificationWeight`, `ServiceWeight`: that the worst block fits a validator's
//!   memory and time was tested for these.
//! - `MaxQueue`, `MaxLeases`, `MaxSlots` and the like: they are types of stored lists.
//!
//! `MaxDeadline`, `InitialWork` and the deposits of `deposit(…)` could be tuned, but nothing has asked for it.

use core::marker::PhantomData;

use frame_support::{
    dynamic_params::{dynamic_pallet_params, dynamic_params},
    traits::{AsEnsureOriginWithArg, Get},
};
use frame_system::EnsureRoot;
use sp_runtime::{Perbill, Permill};

use crate::{
    configs::{
        monetary::{deposit, MICROUNIT, MILLIUNIT, UNIT},
        time::{DAYS, HOURS, MINUTES},
    },
    AccountId, Balance, BlockNumber, Runtime, RuntimeEvent,
};

/// The least that a price or fee can be set to, if not to nothing: a thousandth of a microunit.
const LEAST_FEE: Balance = MICROUNIT / 1_000;

/// What is stored, with the defaults. Pallets read it through [`Within`].
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod stored {
    use super::*;

    /// What tasks pay.
    #[dynamic_pallet_params]
    #[codec(index = 0)]
    pub mod tasks {
        /// Rent of a waiting task for a block, whatever the queue's length. Planck; 0 to 10⁹ (a milliunit). Moves what
        /// waiting costs while the queue is short.
        #[codec(index = 0)]
        pub static RentBase: Balance = MICROUNIT;

        /// What a full queue adds to the rent of a block. Planck; 10⁶ (a microunit) to 10¹² (a unit). Moves what it
        /// costs to keep the queue full.
        #[codec(index = 1)]
        pub static RentPeak: Balance = 10 * MILLIUNIT;

        /// Fee for keeping a byte of an output for the retention, fixed when a task is posted. Planck; 10³ to 10⁹.
        /// Moves what long outputs cost.
        #[codec(index = 2)]
        pub static OutputFeePerByte: Balance = MICROUNIT;

        /// Least price ceiling of a task, and what must be left of it to go on waiting. Planck; 10³ to 10¹² (a unit).
        /// Moves which tasks are too small. Raised, it refunds waiting tasks below it.
        #[codec(index = 3)]
        pub static MinPrice: Balance = MICROUNIT;

        /// Part of each payment that is burned, at the block that settles the task. Parts per million; 1 % to 20 %.
        /// Moves what miners get of a price, and what selling to a second account of one's own costs: hence never
        /// nothing.
        #[codec(index = 4)]
        pub static ProtocolCut: Permill = Permill::from_percent(5);
    }

    /// What miners have at stake.
    #[dynamic_pallet_params]
    #[codec(index = 1)]
    pub mod miners {
        /// Bond of any slot. Planck; 10¹² to 10¹⁵ (1 to 1,000 units). Moves what a slot costs to keep, and with the
        /// slash ratio what failing costs. Raised, it leaves present bonds short: `miners.resume` tops them up.
        #[codec(index = 0)]
        pub static SlotBond: Balance = 10 * UNIT;

        /// Further bond for each mega-MAC per block that a slot promises. Planck; 10⁹ to 10¹² (a milliunit to a unit).
        /// Moves what it costs to promise more than one has: hence never nothing.
        #[codec(index = 1)]
        pub static BondPerMegaMac: Balance = 10 * MILLIUNIT;

        /// Part of a slot's bond that failing the whole slot takes; a lease of a part of it stakes a part of that, fixed when
        /// it is given. Parts per million; 1 % to 50 %. Moves what a late or wrong trace costs.
        #[codec(index = 2)]
        pub static SlashRatio: Permill = Permill::from_percent(10);

        /// Blocks from a smaller offer's coming into force until the bond above what is needed can be withdrawn, fixed
        /// for an offer when it comes into force. Blocks; 100 (ten minutes) to 403,200 (28 days). Moves how long
        /// capital is tied.
        #[codec(index = 3)]
        pub static UnbondingPeriod: BlockNumber = HOURS;

        /// Deposit of a miner's record: the record, the index of its mill key, and its hold. Fixed when a miner
        /// registers. Planck; 10⁹ to 10¹⁴ (a milliunit to 100 units). Moves what it costs to fill the state with
        /// miners.
        #[codec(index = 4)]
        pub static RecordDeposit: Balance = deposit(3, 1_024);
    }

    /// What the lottery takes.
    #[dynamic_pallet_params]
    #[codec(index = 2)]
    pub mod sprints {
        /// Share of the blocks' normal capacity that sprints use at most, on average. Parts per billion; 0.1 % to 10 %.
        /// The chain keeps them for ever: it moves how fast its history grows, and how often somebody wins.
        #[codec(index = 0)]
        pub static SprintShare: Perbill = Perbill::from_percent(2);
    }

    /// What collators have at stake.
    #[dynamic_pallet_params]
    #[codec(index = 3)]
    pub mod collators {
        /// Deposit of a candidate, fixed when it stands; never slashed. Planck; 10¹² to 10¹⁶ (1 to 10,000 units). Moves
        /// what it costs to fill the list of candidates.
        #[codec(index = 0)]
        pub static CandidacyDeposit: Balance = 10 * UNIT;
    }
}

use stored::{collators, miners, sprints, tasks};

/// Between which values a parameter lies, whatever is stored.
pub trait Bounds {
    /// What kind of value it is.
    type Value: Ord;
    /// The least that it can be.
    const LEAST: Self::Value;
    /// The most that it can be.
    const MOST: Self::Value;
}

/// Bounds of parameters, each `name: type, least, most`.
macro_rules! bounds {
    ($($module:ident::$name:ident: $value:ty, $least:expr, $most:expr;)*) => {
        $(
            impl Bounds for $module::$name {
                type Value = $value;
                const LEAST: $value = $least;
                const MOST: $value = $most;
            }
        )*
    };
}

bounds! {
    tasks::RentBase: Balance, 0, MILLIUNIT;
    tasks::RentPeak: Balance, MICROUNIT, UNIT;
    tasks::OutputFeePerByte: Balance, LEAST_FEE, MILLIUNIT;
    tasks::MinPrice: Balance, LEAST_FEE, UNIT;
    tasks::ProtocolCut: Permill, Permill::from_percent(1), Permill::from_percent(20);
    miners::SlotBond: Balance, UNIT, 1_000 * UNIT;
    miners::BondPerMegaMac: Balance, MILLIUNIT, UNIT;
    miners::SlashRatio: Permill, Permill::from_percent(1), Permill::from_percent(50);
    miners::UnbondingPeriod: BlockNumber, 10 * MINUTES, 28 * DAYS;
    miners::RecordDeposit: Balance, MILLIUNIT, 100 * UNIT;
    sprints::SprintShare: Perbill, Perbill::from_parts(1_000_000), Perbill::from_percent(10);
    collators::CandidacyDeposit: Balance, UNIT, 10_000 * UNIT;
}

/// A parameter within its bounds: what pallets read. What is stored beyond a bound acts as the bound.
pub struct Within<P>(PhantomData<P>);

impl<P: Bounds + Get<<P as Bounds>::Value>> Within<P> {
    /// The value in force.
    pub fn get() -> P::Value {
        <P as Get<P::Value>>::get().max(P::LEAST).min(P::MOST)
    }
}

impl<P: Bounds + Get<<P as Bounds>::Value>> Get<<P as Bounds>::Value> for Within<P> {
    fn get() -> P::Value {
        Within::<P>::get()
    }
}

impl pallet_parameters::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeParameters = RuntimeParameters;
    type AdminOrigin = AsEnsureOriginWithArg<EnsureRoot<AccountId>>;
    // The SDK keeps its measured weight of this pallet to itself; this is the same with RocksDB's costs.
    type WeightInfo = ();
}

#[cfg(test)]
mod tests {
    use frame_support::{assert_noop, assert_ok};
    use sp_runtime::DispatchError;

    use super::*;
    use crate::{Parameters, RuntimeOrigin};

    /// What operators read.
    const GUIDE: &str = include_str!("../../../docs/governance.md");

    /// Sets a parameter to a value as root.
    macro_rules! set {
        ($group:ident, $module:ident::$name:ident, $value:expr) => {
            assert_ok!(Parameters::set_parameter(
                RuntimeOrigin::root(),
                RuntimeParameters::$group($module::Parameters::$name($module::$name, $value)),
            ));
        };
    }

    /// A parameter's default lies within its bounds, and nothing that is set carries it beyond them.
    macro_rules! check {
        ($group:ident, $module:ident::$name:ident, $highest:expr) => {
            type P = $module::$name;
            let (least, most, default) = (P::LEAST, P::MOST, Within::<P>::get());
            assert!(least < most, "the bounds of {}", stringify!($name));
            let names = concat!(stringify!($module), ".", stringify!($name));
            let row = format!("| `{names}` | {default:?} | {least:?} | {most:?} |");
            assert!(GUIDE.contains(&row), "docs/governance.md says otherwise than {row}");
            assert_eq!(default, <P as Get<_>>::get(), "the default of {} is in bounds", stringify!($name));
            set!($group, $module::$name, Some(least));
            assert_eq!(Within::<P>::get(), least);
            set!($group, $module::$name, Some(most));
            assert_eq!(Within::<P>::get(), most);
            set!($group, $module::$name, Some(Default::default()));
            assert_eq!(Within::<P>::get(), least);
            set!($group, $module::$name, Some($highest));
            assert_eq!(Within::<P>::get(), most);
            set!($group, $module::$name, None);
            assert_eq!(Within::<P>::get(), default);
        };
    }

    /// One test for each parameter, on a chain of its own.
    macro_rules! each {
        ($($test:ident: $group:ident, $module:ident::$name:ident, $highest:expr;)*) => {
            $(
                #[test]
                fn $test() {
                    sp_io::TestExternalities::default().execute_with(|| {
                        check!($group, $module::$name, $highest);
                    });
                }
            )*
        };
    }

    each! {
        rent_base_stays_in_bounds: Tasks, tasks::RentBase, Balance::MAX;
        rent_peak_stays_in_bounds: Tasks, tasks::RentPeak, Balance::MAX;
        output_fee_stays_in_bounds: Tasks, tasks::OutputFeePerByte, Balance::MAX;
        min_price_stays_in_bounds: Tasks, tasks::MinPrice, Balance::MAX;
        protocol_cut_stays_in_bounds: Tasks, tasks::ProtocolCut, Permill::one();
        slot_bond_stays_in_bounds: Miners, miners::SlotBond, Balance::MAX;
        bond_per_mega_mac_stays_in_bounds: Miners, miners::BondPerMegaMac, Balance::MAX;
        slash_ratio_stays_in_bounds: Miners, miners::SlashRatio, Permill::one();
        unbonding_period_stays_in_bounds: Miners, miners::UnbondingPeriod, BlockNumber::MAX;
        record_deposit_stays_in_bounds: Miners, miners::RecordDeposit, Balance::MAX;
        sprint_share_stays_in_bounds: Sprints, sprints::SprintShare, Perbill::one();
        candidacy_deposit_stays_in_bounds: Collators, collators::CandidacyDeposit, Balance::MAX;
    }

    #[test]
    fn only_root_sets_a_parameter() {
        sp_io::TestExternalities::default().execute_with(|| {
            let cheap = RuntimeParameters::Miners(miners::Parameters::SlotBond(miners::SlotBond, Some(UNIT)));
            let signed = RuntimeOrigin::signed([1; 32].into());
            assert_noop!(Parameters::set_parameter(signed, cheap.clone()), DispatchError::BadOrigin);
            assert_ok!(Parameters::set_parameter(RuntimeOrigin::root(), cheap));
            assert_eq!(<Runtime as pallet_miners::Config>::SlotBond::get(), UNIT, "the pallet reads it");
        });
    }
}
