//! An execution takes no more memory than it said, and not much less.

mod counting;

use counting::most;
use millrace_engine::{
    rows::{
        shaped::{Mobile, Shape},
        Sequence,
    },
    Engine, EngineOptions,
};
use millrace_inference::{
    random::Random,
    rows::{CheckedModel, Kind},
};

/// Threads and their queues take some KiB.
const THREADS: u64 = 64 << 10;

#[test]
fn executions_take_about_what_they_say() {
    of_tokens();
    of_images();
}

fn of_images() {
    let options = EngineOptions { threads: 2, ..EngineOptions::default() };
    let engine = Engine::new(options, || Box::new(())).expect("the self-test passes");
    let engine = engine.rows();
    for shape in [Mobile { side: 64, ..Mobile::V2 }, Mobile { side: 96, eighths: 3, classes: 7 }] {
        let mut random = Random(1);
        let made = shape.model(&mut random);
        let model = CheckedModel::new(made.model).expect("it is valid");
        let (prepared, packed) =
            most(|| engine.prepare_checked(model, made.blob.into()).expect("it is small"));
        let said = engine.required_memory(&prepared, &[]);
        assert!(packed <= said && said < packed * 3 / 2, "packing: {said} said, {packed} taken");
        for images in [1, 2, 5] {
            let bytes = 3 * shape.side * shape.side;
            let image = |_| (0..bytes).map(|_| random.between(0, 255)).collect();
            let batch: Vec<Vec<u32>> = (0..images).map(image).collect();
            let batch: Vec<&[u32]> = batch.iter().map(Vec::as_slice).collect();
            let said_now = engine.required_memory(&prepared, &vec![1; images]);
            let (_, taken) = most(|| engine.execute(&prepared, &batch).expect("it fits"));
            assert!(taken <= said_now - said + THREADS, "{images} images: {said_now} said, {taken} taken");
            assert!(taken * 4 + THREADS > said_now - said, "{images} images: {said_now} said, only {taken}");
        }
    }
}

fn of_tokens() {
    let options = EngineOptions { threads: 2, ..EngineOptions::default() };
    let engine = Engine::new(options, || Box::new(())).expect("the self-test passes");
    let engine = engine.rows();
    let shape = Shape { vocabulary: 500, blocks: 2, max_tokens: 600, ..Shape::MINILM };
    for kind in [Kind::Encoder, Kind::Causal] {
        let mut random = Random(1);
        let made = Shape { kind, pooled: kind == Kind::Encoder, ..shape }.model(&mut random);
        let model = CheckedModel::new(made.model).expect("it is valid");
        let (prepared, packed) =
            most(|| engine.prepare_checked(model, made.blob.into()).expect("it is small"));
        let said = engine.required_memory(&prepared, &[]);
        assert!(packed <= said && said < packed * 3 / 2, "packing: {said} said, {packed} taken");
        let batches: [&[u32]; 5] = [&[1], &[32; 64], &[600], &[600, 7, 7, 100, 300], &[1; 50]];
        for lengths in batches {
            let ids: Vec<Vec<u32>> =
                lengths.iter().map(|tokens| (0..*tokens).map(|_| random.between(0, 499)).collect()).collect();
            let ids: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
            let said_now = engine.required_memory(&prepared, lengths);
            let (_, taken) = most(|| engine.execute(&prepared, &ids).expect("it fits"));
            assert!(taken <= said_now - said + THREADS, "{lengths:?}: {said_now} said, {taken} taken");
            assert!(
                taken * 4 + (256 << 10) > said_now - said,
                "{lengths:?}: {said_now} said, only {taken} taken"
            );
            let mut sequences: Vec<Sequence> = ids.iter().map(|_| Sequence::new()).collect();
            let said_now = engine.memory_to_append(&prepared, &sequences, lengths).expect("as many");
            let kept = most(|| engine.append(&prepared, &mut sequences, &ids).expect("it fits")).1;
            assert!(kept <= said_now - said + THREADS, "{lengths:?}: {said_now} said, {kept} taken and kept");
        }
    }
}
