//! Verification against execution on this machine, for dense operators and the zoo:
//! `cargo bench` in `inference/bench`.
#![allow(missing_docs)]

use std::{hint::black_box, path::Path};

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use millrace_inference::{
    execute,
    random::{random_input, Random},
    verify, CheckedModel, Model, Node,
};
use sp_crypto_hashing::blake2_256;

fn dense(size: u32, rows: u32) -> CheckedModel {
    let mut random = Random(size.into());
    let parameters = (0..size * rows).map(|_| random.byte()).collect();
    let nodes = vec![Node::Input { shape: vec![size] }, Node::Linear { input: 0, outputs: rows, parameters }];
    CheckedModel::from_bytes(&Model { nodes }.to_bytes()).expect("within the limits")
}

fn compare(c: &mut Criterion, name: &str, model: &CheckedModel, samples: u32) {
    let input = random_input(&mut Random(9), model.profile().sample_bytes, samples);
    let trace = execute(model, &input).expect("whole samples").trace;
    let mut group = c.benchmark_group(name);
    group.sample_size(10);
    group.throughput(Throughput::Elements(model.profile().work(samples)));
    group.bench_function(BenchmarkId::new("verify", samples), |b| {
        b.iter(|| {
            let seed = blake2_256(black_box(&trace));
            verify(model, &input, &trace, seed).expect("honest")
        });
    });
    group.bench_function(BenchmarkId::new("execute", samples), |b| {
        b.iter(|| execute(model, black_box(&input)).expect("whole samples"));
    });
    group.finish();
}

fn shapes(c: &mut Criterion) {
    for (size, samples) in [(64, 64), (256, 64), (512, 64), (1024, 64), (1024, 256)] {
        compare(c, &format!("dense {size} × {size}"), &dense(size, size), samples);
    }
    // The largest operator that 2 MiB hold.
    compare(c, "dense 4096 × 500", &dense(4096, 500), 64);
}

fn zoo(c: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/zoo");
    for name in ["mlp", "cnn", "separable", "residual", "branches"] {
        let encoding = std::fs::read(folder.join(format!("{name}.millrace"))).expect("committed");
        compare(c, name, &CheckedModel::from_bytes(&encoding).expect("committed"), 64);
    }
}

criterion_group!(benches, shapes, zoo);
criterion_main!(benches);
