//! Measures the steps of a verification where they are slowest, and what verifying takes against executing again.

use alloc::{vec, vec::Vec};

use frame_benchmarking::v2::*;
use millrace_inference::{execute, lanes, CheckedModel, Domain, Model, Node, Statement};
use millrace_primitives::benchmarking::{
    branched, chain, deep, linear, padded, pieces, pixels, planes, quotients, zero_trace,
};
use sp_io::hashing::blake2_256;

use crate::{Config, Pallet};

/// n = m and N of the comparisons with executing a batch again; `scripts/verification.mjs` knows them too.
const SHAPES: [(u32, u32); 12] = [
    (64, 1),
    (64, 8),
    (64, 64),
    (64, 256),
    (256, 1),
    (256, 64),
    (256, 256),
    (512, 1),
    (512, 64),
    (512, 256),
    (1024, 64),
    (1024, 256),
];

/// Filters of the models that fold, and pixels: with this many columns of input drawing a row is cheap beside
/// its multiply-adds.
const FOLDED: u32 = 64;
/// Patches along each axis of the images that are padded most.
const SIDE: u32 = 40;
/// Requantizations of the models that are slow to decode.
const BRANCHES: u32 = 8;

fn zeros(length: u32) -> Vec<u8> {
    vec![0; usize::try_from(length).expect("the target has 32 bits; qed")]
}

/// An honest execution on an input of zeros, ready to be verified.
struct Claim {
    model: CheckedModel,
    input: Vec<u8>,
    trace: Vec<u8>,
}

impl Claim {
    fn new(model: &Model, samples: u32) -> Self {
        let model = CheckedModel::from_registered_bytes(&model.to_bytes())
            .expect("the benchmarks' models are valid; qed");
        let input = zeros(model.profile().sample_bytes * samples);
        let trace = zero_trace(model.profile(), samples);
        Self { model, input, trace }
    }

    /// [`Self::new`] of about so many thousand inner loops.
    fn of_runs(model: &Model, thousands: u32) -> Self {
        let of_sample = Self::new(model, 1).model.profile().runs.max(1);
        let samples = u64::from(thousands).saturating_mul(1_000).div_ceil(of_sample);
        Self::new(model, u32::try_from(samples).expect("a sample has hundreds; qed"))
    }

    fn verify(&self) {
        assert!(millrace_inference::verify(&self.model, &self.input, &self.trace, [7; 32]).is_ok());
    }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn verify_base() {
        let claim = Claim::new(&linear(1, 1), 1);

        #[block]
        {
            claim.verify();
        }
    }

    /// `k`: thousands of 32-bit multiply-adds.
    #[benchmark]
    fn verify_recomputed(k: Linear<12, 1_200>) {
        // 3 samples of a 64 × 64 operator are just about cheaper to compute than to fold.
        let claim = Claim::new(&deep(64, k / 12), 3);

        #[block]
        {
            claim.verify();
        }
    }

    /// `k`: thousands of 64-bit multiply-adds.
    #[benchmark]
    fn verify_folded(k: Linear<200, 2_000>) {
        // 4·(n·m + N·(n + m)) at n = N = 64.
        let columns = k.saturating_mul(1_000).saturating_sub(16_384) / 512;
        let claim = Claim::new(&pixels(columns, FOLDED, FOLDED), 1);

        #[block]
        {
            claim.verify();
        }
    }

    /// `r`: rows whose random lanes are drawn.
    #[benchmark]
    fn verify_drawn(r: Linear<1, 8_192>) {
        let mut sum = 0u64;

        #[block]
        {
            for row in lanes([7; 32], 1).take(r as usize) {
                sum = row.iter().fold(sum, |sum, lane| sum ^ lane);
            }
        }

        assert!(r == 0 || sum != 0);
    }

    /// `e`: thousands of elements of operators that are not linear.
    #[benchmark]
    fn verify_elements(e: Linear<15, 3_000>) {
        // A thousand rows in 8 requantizations and 7 additions.
        let claim = Claim::new(&branched(1_000, BRANCHES), e / 15);

        #[block]
        {
            claim.verify();
        }
    }

    /// `r`: thousands of inner loops of one element each, swept over planes.
    #[benchmark]
    fn verify_sweeps(r: Linear<8, 800>) {
        let claim =
            Claim::of_runs(&padded(SIDE, 1, |input, window| Node::AveragePool2d { input, window }), r);

        #[block]
        {
            claim.verify();
        }
    }

    /// `r`: thousands of inner loops of one element each, pieces of concatenations.
    #[benchmark]
    fn verify_pieces(r: Linear<8, 800>) {
        let claim = Claim::of_runs(&pieces(100, 8), r);

        #[block]
        {
            claim.verify();
        }
    }

    /// `r`: thousands of inner loops of two elements each, planes of accumulators.
    #[benchmark]
    fn verify_planes(r: Linear<8, 800>) {
        let claim = Claim::of_runs(&planes(500, BRANCHES), r);

        #[block]
        {
            claim.verify();
        }
    }

    /// `p`: thousands of patches of a convolution, of one element each.
    #[benchmark]
    fn verify_patches(p: Linear<1, 400>) {
        let claim = Claim::new(&pixels(1, 1_000, 1), p);

        #[block]
        {
            claim.verify();
        }
    }

    /// `q`: thousands of quotients of average poolings.
    #[benchmark]
    fn verify_quotients(q: Linear<1, 800>) {
        let claim = Claim::new(&quotients(1_000), q);

        #[block]
        {
            claim.verify();
        }
    }

    /// `e`: nodes and their operands, decoded and computed.
    #[benchmark]
    fn verify_evaluations(e: Linear<10, 500>) {
        let encoding = chain(e / 2 - 3).to_bytes();
        let claim = Claim::new(&chain(e / 2 - 3), 1);

        #[block]
        {
            assert!(CheckedModel::from_registered_bytes(&encoding).is_ok());
            claim.verify();
        }
    }

    /// `b`: thousands of bytes of a model, of the kind that is slowest to decode.
    #[benchmark]
    fn verify_model(b: Linear<1, 2_000>) {
        let encoding = branched((b.saturating_mul(1_000) / (9 * BRANCHES + 1)).max(1), BRANCHES).to_bytes();

        #[block]
        {
            assert!(CheckedModel::from_registered_bytes(&encoding).is_ok());
        }
    }

    /// `a`: thousands of accumulators, each unpacked and compared with a product of one factor.
    #[benchmark]
    fn verify_accumulators(a: Linear<1, 1_000>) {
        let claim = Claim::new(&linear(1, 1), a * 1_000);

        #[block]
        {
            claim.verify();
        }
    }

    /// `b`: thousands of bytes of input and trace, hashed and read.
    #[benchmark]
    fn verify_claim(b: Linear<1, 3_500>) {
        let bytes = zeros(b * 1_000);
        let read: Vec<i8>;

        #[block]
        {
            assert!(blake2_256(&bytes) != [0; 32]);
            read = bytes.iter().map(|byte| byte.cast_signed()).collect();
        }

        assert_eq!(read.len(), bytes.len());
    }

    /// Verifies a batch of shape `s` of [`SHAPES`], transcript included. No weight: for comparison.
    #[benchmark(extra)]
    fn compare_verify(s: Linear<0, 11>) {
        let (size, samples) = SHAPES[s as usize];
        let Claim { model, input, trace } = Claim::new(&linear(size, size), samples);
        let statement = Statement {
            domain: Domain::Lease,
            genesis_hash: [0; 32],
            subject: [0; 32],
            miner: &[0; 32],
            model: [0; 32],
            input_hash: blake2_256(&input),
            samples,
        };

        #[block]
        {
            let seed = statement.seed(&trace, blake2_256);
            assert!(millrace_inference::verify(&model, &input, &trace, seed).is_ok());
        }
    }

    /// Executes the same batch again. No weight: for comparison.
    #[benchmark(extra)]
    fn compare_execute(s: Linear<0, 11>) {
        let (size, samples) = SHAPES[s as usize];
        let Claim { model, input, trace } = Claim::new(&linear(size, size), samples);

        #[block]
        {
            assert_eq!(execute(&model, &input).expect("whole samples; qed").trace, trace);
        }
    }
}
