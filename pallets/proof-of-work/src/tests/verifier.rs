//! What verifying a claim comes to, and what it weighs.

use millrace_inference::{execute, CheckedModel, Execution, Model, Node};
use millrace_primitives::{ModelId, Verdict, Verifier, WorkClaim};

use crate::{mock::*, WeightInfo};

/// Two samples of four.
const INPUT: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

fn model() -> Model {
    Model {
        nodes: vec![
            Node::Input { shape: vec![4] },
            Node::Linear { input: 0, outputs: 2, parameters: vec![1, -1, 2, -2, 3, -3, 4, -4] },
        ],
    }
}

fn honest() -> Execution {
    let checked = CheckedModel::from_bytes(&model().to_bytes()).expect("a valid model");
    execute(&checked, &INPUT).expect("whole samples")
}

fn claim<'a>(model: ModelId, input: &'a [u8], trace: &'a [u8]) -> WorkClaim<'a> {
    WorkClaim { model, input, trace, seed: [7; 32] }
}

#[test]
fn an_honest_trace_proves_its_output() {
    run(|| {
        let model = register(model().to_bytes());
        let execution = honest();
        let claim = claim(model, &INPUT, &execution.trace);
        assert_eq!(ProofOfWork::verify(&claim), Verdict::Proven { output: execution.output.to_bytes() });
        assert_eq!(ProofOfWork::check(&claim), Verdict::Proven { output: () });
    });
}

#[test]
fn another_trace_is_forged() {
    run(|| {
        let model = register(model().to_bytes());
        let mut trace = honest().trace;
        trace.push(0);
        let claim = claim(model, &INPUT, &trace);
        assert!(matches!(ProofOfWork::verify(&claim), Verdict::Forged { .. }));
        assert!(matches!(ProofOfWork::check(&claim), Verdict::Forged { .. }));
    });
}

#[test]
fn what_the_chain_lacks_is_no_fault_of_the_miner() {
    run(|| {
        let trace = honest().trace;
        let unknown = claim(ModelId::zero(), &INPUT, &trace);
        assert_eq!(ProofOfWork::verify(&unknown), Verdict::Unavailable);
        assert_eq!(ProofOfWork::check(&unknown), Verdict::Unavailable);
        let unreadable = register(vec![0; 9]);
        assert_eq!(ProofOfWork::check(&claim(unreadable, &INPUT, &trace)), Verdict::Unavailable);
        let model = register(model().to_bytes());
        let halved = claim(model, &INPUT[..7], &trace);
        assert_eq!(ProofOfWork::verify(&halved), Verdict::Unavailable);
        assert_eq!(ProofOfWork::check(&halved), Verdict::Unavailable);
    });
}

#[test]
fn a_verification_weighs_all_that_its_cost_counts() {
    run(|| {
        type Weights = crate::weights::SubstrateWeight<Test>;
        let checked = CheckedModel::from_bytes(&model().to_bytes()).expect("a valid model");
        let cost = checked.profile().cost(2);
        let weight = ProofOfWork::weight(&cost);
        assert!(weight.ref_time() > Weights::verify_base().ref_time());
        assert_eq!(weight.proof_size(), cost.stored_bytes(), "the model and the input are read");
        let mut more = cost;
        more.folded += 1_000_000;
        let folded = Weights::verify_folded(1_000) - Weights::verify_folded(0);
        assert!(ProofOfWork::weight(&more).ref_time() >= weight.ref_time() + folded.ref_time());
    });
}
