//! What a batch costs on chain, for models that aren't there yet: fees at a multiplier of 1 and with the parameters that a
//! network starts with. The runtime's tests hold it against a quote of the chain.

use millrace_inference::Profile;

use crate::weight::submission_weight;

/// Planck of a MILL.
const UNIT: u128 = 1_000_000_000_000;
/// Decimals of a MILL.
const DECIMALS: usize = 12;
/// Planck for a second of ref_time: `FEE_PER_SECOND` of `runtime/src/configs/monetary.rs`.
const FEE_PER_SECOND: u128 = UNIT / 10;
/// Picoseconds of a second.
const SECOND: u128 = 1_000_000_000_000;
/// Planck for a MiB of proof: `FEE_PER_PROOF_MIB` there.
const FEE_PER_PROOF_MIB: u128 = UNIT / 10;
/// Planck for a byte of a transaction: `TransactionByteFee` there.
const FEE_PER_BYTE: u128 = UNIT / 1_000_000;
/// Planck for keeping a byte of an output or of the record of a task's end: `OutputFeePerByte` of
/// `runtime/src/configs/parameters.rs`.
const OUTPUT_FEE_PER_BYTE: u128 = UNIT / 1_000_000;
/// Bytes of the record of a task's end: `RECORD_BYTES` of `pallets/tasks/src/pricing.rs`.
const RECORD_BYTES: u128 = 425;
/// Bytes of a submission besides its trace: `SUBMISSION_OVERHEAD` of `pallets/tasks/src/limits.rs`.
const SUBMISSION_OVERHEAD: u64 = 512;
/// An ask is a price for this many MAC.
const MAC_PER_ASK: u128 = 1_000_000;

/// What a batch costs in planck, besides the transaction that posts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bill {
    /// The fee of its verification.
    pub verification: u128,
    /// The fee for keeping its output and the record of its end.
    pub output: u128,
    /// What a miner with the ask gets for it, with the part of that which is burned.
    pub work: u128,
}

impl Bill {
    /// What a batch of so many samples costs where the miner asks for so many planck a mega-MAC.
    pub fn of(profile: &Profile, samples: u32, ask: u128) -> Self {
        let cost = profile.cost(samples);
        let output_bytes = profile.output_bytes(samples);
        let weight = submission_weight(&cost, output_bytes);
        let time = u128::from(weight.time).saturating_mul(FEE_PER_SECOND) / SECOND;
        let proof = u128::from(weight.proof).saturating_mul(FEE_PER_PROOF_MIB) / (1024 * 1024);
        let length = u128::from(cost.trace_bytes.saturating_add(SUBMISSION_OVERHEAD));
        Self {
            verification: time.max(proof).saturating_add(length.saturating_mul(FEE_PER_BYTE)),
            output: u128::from(output_bytes).saturating_add(RECORD_BYTES).saturating_mul(OUTPUT_FEE_PER_BYTE),
            work: ask.saturating_mul(profile.work(samples).into()).div_ceil(MAC_PER_ASK),
        }
    }

    /// All of it, planck.
    pub fn total(&self) -> u128 {
        self.verification.saturating_add(self.output).saturating_add(self.work)
    }
}

/// An amount in MILL, exactly.
pub fn in_mill(planck: u128) -> String {
    let (whole, part) = (planck / UNIT, planck % UNIT);
    let text = format!("{whole}.{part:0DECIMALS$}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// The planck of an amount in MILL, as a person writes it: digits, and up to twelve more behind a point.
pub fn of_mill(text: &str) -> Option<u128> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > DECIMALS {
        return None;
    }
    let part: u128 = format!("{part:0<DECIMALS$}").parse().ok()?;
    whole.parse::<u128>().ok()?.checked_mul(UNIT)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use millrace_inference::{CheckedModel, Model, Node};

    use super::*;

    fn bill(samples: u32, ask: u128) -> Bill {
        let nodes = vec![
            Node::Input { shape: vec![64] },
            Node::Linear { input: 0, outputs: 10, parameters: vec![1; 640] },
            Node::ArgMax { input: 1 },
        ];
        let model = CheckedModel::from_bytes(&Model { nodes }.to_bytes()).expect("registrable");
        Bill::of(model.profile(), samples, ask)
    }

    #[test]
    fn a_bill_has_the_work_the_verification_and_the_output() {
        // 64 µMILL a mega-MAC; an index of four bytes a sample, and the record.
        let one = bill(1, 64_000_000);
        assert_eq!((one.work, one.output), (40_960, 429_000_000));
        assert!(one.verification > u128::from(SUBMISSION_OVERHEAD) * FEE_PER_BYTE, "{one:?}");
        assert_eq!(one.total(), one.work + one.output + one.verification);
        let many = bill(64, 64_000_000);
        assert_eq!((many.work, many.output), (64 * 40_960, 681_000_000));
        // What every submission has is shared.
        assert!(many.verification > one.verification && many.verification < 64 * one.verification);
        assert_eq!(bill(1, 1).work, 1);
        assert_eq!(
            bill(1, u128::MAX).total(),
            u128::MAX.div_ceil(MAC_PER_ASK) + one.verification + one.output
        );
    }

    #[test]
    fn amounts_are_read_and_written_exactly() {
        for (planck, text) in
            [(0, "0"), (UNIT, "1"), (50_000_000, "0.00005"), (1, "0.000000000001"), (12 * UNIT / 10, "1.2")]
        {
            assert_eq!(in_mill(planck), text);
            assert_eq!(of_mill(text), Some(planck));
        }
        assert_eq!(of_mill("10.50"), Some(105 * UNIT / 10));
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1e3",
            "1,5",
            "0.0000000000001",
            "1 ",
            &"9".repeat(39),
            &"9".repeat(30),
        ] {
            assert_eq!(of_mill(text), None, "{text}");
        }
    }
}
