//! The first block of the development chain and of a local test network.

use alloc::{vec, vec::Vec};

use codec::Encode;
use cumulus_primitives_core::ParaId;
use frame_support::build_struct_json_patch;
use millrace_primitives::{mill::MillKey, Balance, ModelId, ModelMetadata, TensorMetadata};
use pallet_miners::GenesisMiner;
use sp_genesis_builder::PresetId;
use sp_keyring::Sr25519Keyring;
use sp_runtime::traits::AccountIdConversion;

use crate::{
    configs::{
        consensus::PotId,
        monetary::{EXISTENTIAL_DEPOSIT, MICROUNIT, UNIT},
    },
    AccountId, AuraId, BalancesConfig, CollatorsConfig, MinersConfig, ModelsConfig, ParachainInfoConfig,
    RewardsConfig, RuntimeGenesisConfig, SessionConfig, SessionKeys, SprintsConfig, SudoConfig,
};

/// The parachain's id on the test networks' relay chain.
pub const PARACHAIN_ID: u32 = 2000;
/// What each well-known account owns.
const ENDOWMENT: Balance = 1_000_000 * UNIT;
/// The digits model, see `models/digits/README.md`.
const DEMO_MODEL: &[u8] = include_bytes!("../../models/digits/digits.millrace");
/// Samples of a sprint's attempt on it.
const SPRINT_SAMPLES: u32 = 64;
/// One attempt in so many wins at first: less than the two threads of a small machine need, so that there are wins from the
/// first blocks on.
const DIFFICULTY: u64 = 16_384;
/// One round a minute on the test networks.
const ROUND_LENGTH: u32 = 10;
/// What one slot of a test network's miner promises, MAC per block.
const SLOT_RATE: u64 = 1_000_000_000;

/// Seats that are drawn among those who work.
const DRAWN_SEATS: u32 = 4;

/// What the digits model is, for people.
fn digits() -> ModelMetadata {
    ModelMetadata {
        name: b"digits".to_vec(),
        licence: b"CC-BY-4.0".to_vec(),
        input: TensorMetadata {
            shape: vec![8, 8],
            meaning: b"grey levels from 0, which is paper, to 16, row by row".to_vec(),
            // A seventh.
            scale: b"0.14285714285714285".to_vec(),
            zero_point: 0,
        },
        output: TensorMetadata {
            shape: vec![1],
            meaning: b"the digit".to_vec(),
            scale: b"1".to_vec(),
            zero_point: 0,
        },
        labels: (b'0'..=b'9').map(|digit| vec![digit]).collect(),
    }
}

struct Network {
    collators: Vec<Sr25519Keyring>,
    /// Cold accounts with their mill keys.
    miners: Vec<(Sr25519Keyring, Sr25519Keyring)>,
}

fn genesis(network: Network) -> serde_json::Value {
    // The pot must exist, or fees below the existential deposit would vanish.
    let pot: AccountId = PotId::get().into_account_truncating();
    let model = ModelId::from(sp_io::hashing::blake2_256(DEMO_MODEL));
    let owner = Sr25519Keyring::Alice.to_account_id();
    build_struct_json_patch!(RuntimeGenesisConfig {
        balances: BalancesConfig {
            balances: Sr25519Keyring::well_known()
                .map(|key| (key.to_account_id(), ENDOWMENT))
                .chain([(pot, EXISTENTIAL_DEPOSIT)])
                .collect::<Vec<_>>(),
        },
        parachain_info: ParachainInfoConfig { parachain_id: ParaId::new(PARACHAIN_ID) },
        collators: CollatorsConfig {
            appointed: network.collators.iter().map(|key| key.to_account_id()).collect::<Vec<_>>(),
            seats: DRAWN_SEATS,
        },
        session: SessionConfig {
            keys: network
                .collators
                .iter()
                .map(|key| {
                    let aura = AuraId::from(key.public());
                    (key.to_account_id(), key.to_account_id(), SessionKeys { aura })
                })
                .collect::<Vec<_>>(),
        },
        models: ModelsConfig {
            models: vec![(owner.clone(), DEMO_MODEL.to_vec().into())],
            metadata: vec![(model, digits().encode().into())],
        },
        rewards: RewardsConfig { round_length: ROUND_LENGTH },
        miners: MinersConfig {
            miners: network
                .miners
                .iter()
                .map(|(account, mill)| GenesisMiner {
                    account: account.to_account_id(),
                    mill: MillKey::from(mill.public()),
                    ask: 50 * MICROUNIT,
                    rates: vec![SLOT_RATE; 2],
                    models: vec![model],
                })
                .collect::<Vec<_>>(),
        },
        sprints: SprintsConfig { listed: vec![(model, SPRINT_SAMPLES)], difficulty: DIFFICULTY },
        sudo: SudoConfig { key: Some(owner) },
    })
}

/// The patch of a preset.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
    use Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve, Ferdie};
    let network = match id.as_ref() {
        sp_genesis_builder::DEV_RUNTIME_PRESET => {
            Network { collators: vec![Alice], miners: vec![(Charlie, Ferdie)] }
        }
        sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET => {
            Network { collators: vec![Alice, Bob], miners: vec![(Charlie, Ferdie), (Dave, Eve)] }
        }
        _ => return None,
    };
    let patch = serde_json::to_string(&genesis(network)).expect("a JSON value serialises; qed");
    Some(patch.into_bytes())
}

/// The presets' names.
pub fn preset_names() -> Vec<PresetId> {
    vec![
        PresetId::from(sp_genesis_builder::DEV_RUNTIME_PRESET),
        PresetId::from(sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET),
    ]
}
