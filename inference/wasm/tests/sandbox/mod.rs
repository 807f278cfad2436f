//! This crate in wasm, in wasmtime.

use std::{path::Path, process::Command, sync::OnceLock};

use codec::{Decode, Encode};
use millrace_inference_wasm::{Answer, Question};
use wasmtime::{Engine, Instance, Module, Store};

/// Without an operating system, and without the instructions that came after the first version: what a runtime is compiled for.
const TARGET: &str = "wasm32v1-none";

/// A compiled module; every question gets an instance of its own.
pub struct Sandbox {
    engine: &'static Engine,
    module: &'static Module,
}

/// Compiles this crate.
fn compiled() -> Vec<u8> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wasm");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--lib", "--locked", "--target", TARGET, "--manifest-path"]);
    cargo.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).arg("--target-dir").arg(&folder);
    let status = cargo.status().expect("cargo is there, since it runs this");
    assert!(status.success(), "it doesn't compile: install the target, scripts/setup.sh does so");
    let file = folder.join(TARGET).join("release/millrace_inference_wasm.wasm");
    std::fs::read(file).expect("it was just compiled")
}

impl Sandbox {
    pub fn new() -> Self {
        static MODULE: OnceLock<(Engine, Module)> = OnceLock::new();
        let (engine, module) = MODULE.get_or_init(|| {
            let engine = Engine::default();
            let module = Module::new(&engine, compiled()).expect("it is wasm");
            assert_eq!(module.imports().count(), 0, "it depends on nothing outside");
            (engine, module)
        });
        Self { engine, module }
    }

    /// What the module answers.
    pub fn answer(&self, question: &Question) -> Answer {
        let mut store = Store::new(self.engine, ());
        let instance = Instance::new(&mut store, self.module, &[]).expect("it needs no imports");
        let memory = instance.get_memory(&mut store, "memory").expect("it has one");
        let room = instance.get_typed_func::<u32, u32>(&mut store, "room").expect("it is exported");
        let answer =
            instance.get_typed_func::<(u32, u32), u64>(&mut store, "answer").expect("it is exported");

        let question = question.encode();
        let length = question.len() as u32;
        let address = room.call(&mut store, length).expect("there is room");
        memory.write(&mut store, address as usize, &question).expect("it was just reserved");
        let found = answer.call(&mut store, (address, length)).expect("it doesn't trap");
        let (start, length) = ((found >> 32) as usize, found as u32 as usize);
        let mut bytes = &memory.data(&store)[start..start + length];
        Answer::decode(&mut bytes).expect("it is an answer")
    }
}
