//! A transformer of MiniLM's shape and a network of MobileNetV2's with random parameters: multiply-accumulates a second, with and
//! without a commitment, whose share is the difference. Criterion's elements are multiply-accumulates, one of `i16` with `i8`
//! counted twice.
//!
//! `cargo bench --manifest-path engine/bench/Cargo.toml --bench rows`; `ROWS_THREADS` is the number of threads, two if it isn't set.

use std::{hint::black_box, time::Duration};

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use millrace_engine::{
    rows::{
        shaped::{Mobile, Shape},
        Kernel, PreparedRows, Sequence,
    },
    Engine, EngineOptions,
};
use millrace_inference::{
    random::Random,
    rows::{CheckedModel, Kind},
};

fn engine() -> Engine {
    let threads = std::env::var("ROWS_THREADS").ok().and_then(|threads| threads.parse().ok()).unwrap_or(2);
    let options = EngineOptions { threads, background: false, ..EngineOptions::default() };
    Engine::new(options, || Box::new(())).expect("the self-test passes")
}

fn batch(random: &mut Random, sequences: usize, tokens: u32) -> Vec<Vec<u32>> {
    let sequence = |_| (0..tokens).map(|_| random.between(0, Shape::MINILM.vocabulary - 1)).collect();
    (0..sequences).map(sequence).collect()
}

/// Whole executions.
fn executions(criterion: &mut Criterion) {
    let (engine, mut random) = (engine(), Random(1));
    let made = Shape::MINILM.model(&mut random);
    let model = CheckedModel::new(made.model).expect("it is valid");
    let model = engine.rows().prepare_checked(model, made.blob.into()).expect("it is small");
    for tokens in [32, 256] {
        for sequences in [1, 8, 64] {
            let ids = batch(&mut random, sequences, tokens);
            compare(criterion, &engine, &model, &format!("minilm/{tokens} tokens"), (&ids, tokens));
        }
    }
}

/// One batch with each kernel but the portable one, whose sequences have so many tokens, or whose images one each.
fn compare(
    criterion: &mut Criterion,
    engine: &Engine,
    model: &PreparedRows,
    name: &str,
    (batch, tokens): (&[Vec<u32>], u32),
) {
    let ids: Vec<&[u32]> = batch.iter().map(Vec::as_slice).collect();
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    group.throughput(Throughput::Elements(model.checked().mac(tokens) * ids.len() as u64));
    for kernel in Kernel::available().into_iter().filter(|kernel| *kernel != Kernel::portable()) {
        let rows = engine.rows().with_kernel(kernel);
        let name = |what| BenchmarkId::new(format!("{} {what}", kernel.name()), ids.len());
        let plain = |bencher: &mut criterion::Bencher<'_>| {
            bencher.iter(|| rows.infer(model, black_box(&ids)).expect("it fits"));
        };
        group.bench_function(name("without commitment"), plain);
        let committed = |bencher: &mut criterion::Bencher<'_>| {
            bencher.iter(|| rows.execute(model, black_box(&ids)).expect("it fits"));
        };
        group.bench_function(name("with commitment"), committed);
    }
}

/// Images of 224 × 224 through a network of MobileNetV2's shape.
fn images(criterion: &mut Criterion) {
    let (engine, mut random) = (engine(), Random(1));
    let made = Mobile::V2.model(&mut random);
    let model = CheckedModel::new(made.model).expect("it is valid");
    let model = engine.rows().prepare_checked(model, made.blob.into()).expect("it is small");
    let bytes = model.checked().image_bytes().expect("it reads images");
    for count in [1, 8] {
        let image = |_| (0..bytes).map(|_| random.between(0, 255)).collect();
        let batch: Vec<Vec<u32>> = (0..count).map(image).collect();
        compare(criterion, &engine, &model, "mobilenetv2/224 × 224", (&batch, 1));
    }
}

/// One token after 255 others.
fn decoding(criterion: &mut Criterion) {
    let (engine, mut random) = (engine(), Random(1));
    let made = Shape { kind: Kind::Causal, pooled: false, ..Shape::MINILM }.model(&mut random);
    let model = CheckedModel::new(made.model).expect("it is valid");
    let model = engine.rows().prepare_checked(model, made.blob.into()).expect("it is small");
    let prompt = batch(&mut random, 1, 255);
    let mut group = criterion.benchmark_group("minilm/decoding");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    group.throughput(Throughput::Elements(model.checked().mac(256) - model.checked().mac(255)));
    let decode = |bencher: &mut criterion::Bencher<'_>| {
        let prefilled = || {
            let mut sequence = [Sequence::new()];
            engine.rows().append(&model, &mut sequence, &[&prompt[0]]).expect("it fits");
            sequence
        };
        bencher.iter_batched_ref(
            prefilled,
            |sequence| engine.rows().append(&model, sequence, black_box(&[&[7]])).expect("it fits"),
            criterion::BatchSize::PerIteration,
        );
    };
    group.bench_function("the 256th token", decode);
}

criterion_group!(all, executions, decoding, images);
criterion_main!(all);
