//! The program `millrace-model`, as cargo built it for the tests.

use std::process::Command;

/// Runs the program: whether it succeeded, and what it printed.
pub fn millrace_model(arguments: &[&str]) -> (bool, String) {
    // Tests lie in a folder beside it. Cargo's own variable for its path doesn't reach a compiler behind a wrapper, which lints.
    let test = std::env::current_exe().expect("it runs");
    let built = test.ancestors().nth(2).expect("target/release/deps/test");
    let program = built.join(format!("millrace-model{}", std::env::consts::EXE_SUFFIX));
    let output = Command::new(program).args(arguments).output().expect("it starts");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).expect("text"))
}
