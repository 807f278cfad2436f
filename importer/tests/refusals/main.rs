//! What can't be represented is refused with the node's name and why.
#![allow(missing_docs)]

mod files;
mod floats;
mod images;
mod made;
mod numbers;
mod quantizations;

use made::{model, node};
use millrace_importer::{
    check, import,
    onnx::{Model, Node},
    Options,
};

pub(crate) fn refusal(model: &Model) -> String {
    let error = import(model, Options::default()).expect_err("it can't be represented");
    assert!(
        error.remedy().contains(' ') && error.to_string().ends_with(&error.remedy()),
        "no remedy: {error}"
    );
    // The check lists it, too, unless a file in floats is at fault only without samples.
    let listed = check(model, false, None);
    let mut all = listed.faults.iter().chain(&listed.large);
    let is_listed = all.any(|fault| fault.to_string() == error.to_string());
    assert!(is_listed || listed.needs_samples, "{error} isn't in {:?}", listed.faults);
    error.to_string()
}

/// The refusal of one node `op` between `x` and `y`, without its name; the sentence must begin with it.
pub(crate) fn of(shape: &[Option<i64>], op: Node) -> String {
    let label = format!("{} 'op': ", op.op_type);
    let message = refusal(&model(shape, vec![op]));
    message.strip_prefix(&label).unwrap_or_else(|| panic!("it doesn't name {label}: {message}")).to_owned()
}

pub(crate) fn op(operator: &str, more: &[&str]) -> Node {
    let inputs: Vec<&str> = ["x"].iter().chain(more).copied().collect();
    node(operator, "op", &inputs, "y")
}

pub(crate) fn expect(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "'{part}' isn't in: {message}");
    }
}
