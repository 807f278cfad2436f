//! Questions about executions and their answers, in bytes: the same code answers natively and in wasm, as a runtime would.
//!
//! `cargo test --release --manifest-path inference/wasm/Cargo.toml` compiles it to wasm, runs it in wasmtime and compares.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod claimed;
#[cfg(target_arch = "wasm32")]
mod exports;
mod traced;

use alloc::{format, string::String, vec::Vec};

use codec::{Decode, Encode};

pub use claimed::{Claimed, ClaimedAnswer};
pub use traced::{Traced, TracedAnswer, Verdict, Verify};

/// 32 bytes that name something.
pub type Hash = [u8; 32];

/// What can be asked.
#[derive(Clone, Debug, Encode, Decode)]
pub enum Question {
    /// Execute a model whose executions leave traces.
    Traced(Traced),
    /// Verify a trace.
    Verify(Verify),
    /// Execute a model of rows and commit to it.
    Claimed(Claimed),
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Answer {
    /// To [`Question::Traced`].
    Traced(TracedAnswer),
    /// To [`Question::Verify`].
    Verify(Verdict),
    /// To [`Question::Claimed`].
    Claimed(ClaimedAnswer),
    /// The question has no answer, and why.
    Refused(String),
}

/// Answers a question.
pub fn answer(question: &Question) -> Answer {
    let answer = match question {
        Question::Traced(question) => question.answer().map(Answer::Traced),
        Question::Verify(question) => question.answer().map(Answer::Verify),
        Question::Claimed(question) => question.answer().map(Answer::Claimed),
    };
    answer.unwrap_or_else(Answer::Refused)
}

/// Answers a question as bytes.
pub fn answer_bytes(question: &[u8]) -> Vec<u8> {
    let question = Question::decode(&mut &*question).map_err(|error| refused(&error));
    question.map_or_else(Answer::Refused, |question| answer(&question)).encode()
}

/// Why something is refused, with all its numbers.
fn refused(error: &impl core::fmt::Debug) -> String {
    format!("{error:?}")
}
