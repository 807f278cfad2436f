//! The arguments of our methods: by position or by name, each with what it should have been.

use codec::{DecodeAll, Encode};
use jsonrpsee::types::{ErrorObjectOwned, Params};
use millrace_primitives::{BlockNumber, ModelId, OfferPlace, RoundIndex, TaskId, MAX_PAGE};
use millrace_runtime::AccountId;
use serde::{de::DeserializeOwned, Deserialize};
use sp_core::Bytes;

use super::error::invalid;

/// Arguments that know how they are given.
pub trait Arguments: DeserializeOwned {
    /// Said to who gave others.
    const USAGE: &'static str;
}

macro_rules! arguments {
    ($($(#[$doc:meta])* $name:ident($usage:literal) { $($(#[$serde:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name { $($(#[$serde])* pub $field: $type,)* }
        impl Arguments for $name {
            const USAGE: &'static str = $usage;
        }
    )*};
}

arguments! {
    /// Of `millrace_quote`.
    QuoteArguments("[model, samples, deadline?]: the model's hash, a number of samples, and a block or null") {
        model: ModelId,
        samples: u32,
        #[serde(default)]
        deadline: Option<BlockNumber>,
    }
    /// Of `millrace_task` and `millrace_subscribeTask`.
    TaskArguments("[task]: the task's number") {
        task: TaskId,
    }
    /// Of `millrace_tasks`.
    TasksArguments(
        "[account, cursor?, count?]: an address, the `next` of the page before or null, and a number up to 100"
    ) {
        account: String,
        #[serde(default)]
        cursor: Option<TaskId>,
        #[serde(default)]
        count: Option<u32>,
    }
    /// Of `millrace_models`.
    ModelsArguments(
        "[cursor?, count?]: the `next` of the page before or null, and a number up to 100"
    ) {
        #[serde(default)]
        cursor: Option<ModelId>,
        #[serde(default)]
        count: Option<u32>,
    }
    /// Of `millrace_offers`.
    OffersArguments(
        "[model, cursor?, count?]: the model's hash, the `next` of the page before or null, and a number up to 100"
    ) {
        model: ModelId,
        #[serde(default)]
        cursor: Option<Bytes>,
        #[serde(default)]
        count: Option<u32>,
    }
    /// Of `millrace_unclaimed`.
    UnclaimedArguments(
        "[account, cursor?, count?]: an address, the `next` of the page before or null, and a number up to 100"
    ) {
        account: String,
        #[serde(default)]
        cursor: Option<RoundIndex>,
        #[serde(default)]
        count: Option<u32>,
    }
    /// Of `millrace_proveMill`.
    ProveArguments("[account]: the account that the mill is to work for, as an SS58 address or 0x and 64 digits") {
        account: String,
    }
    /// Of `millrace_round` and `millrace_subscribeRace`.
    NoArguments("none: []") {}
    /// Of `millrace_miner`.
    MinerArguments("[account]: the miner's bonded account, as an SS58 address or 0x and 64 digits") {
        account: String,
    }
}

/// Reads arguments.
///
/// # Errors
/// What they should have been.
pub fn read<A: Arguments>(params: &Params<'_>) -> Result<A, ErrorObjectOwned> {
    serde_json::from_str(params.as_str().unwrap_or("[]")).map_err(|why| invalid(A::USAGE, why))
}

/// How many entries a page has.
///
/// # Errors
/// If that is none, or more than a page may have.
pub fn count(asked: Option<u32>) -> Result<u32, ErrorObjectOwned> {
    let count = asked.unwrap_or(MAX_PAGE);
    if (1..=MAX_PAGE).contains(&count) {
        Ok(count)
    } else {
        Err(invalid("a number from 1 to 100", format!("A page can't have {count} entries")))
    }
}

/// The text for the place of an offer, to go on after it.
pub fn offer_cursor(place: &OfferPlace<AccountId>) -> Bytes {
    Bytes(place.encode())
}

/// The place that a cursor names.
///
/// # Errors
/// If no page gave it.
pub fn offer_place(cursor: Option<Bytes>) -> Result<Option<OfferPlace<AccountId>>, ErrorObjectOwned> {
    let Some(Bytes(bytes)) = cursor else { return Ok(None) };
    OfferPlace::decode_all(&mut &bytes[..])
        .map(Some)
        .map_err(|_| invalid(OffersArguments::USAGE, "No page of offers gave this cursor"))
}
