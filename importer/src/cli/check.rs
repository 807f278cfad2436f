//! `check`: all that keeps an ONNX file from being imported.

use std::{fmt::Write, path::Path};

use millrace_importer::{check, npy, onnx, Check, Ranges};

use super::{choice::Choice, progress::working};

/// Prints what keeps a file from being imported; an error if anything does.
pub(super) fn check_file(
    file: &Path,
    choice: &Choice,
    arg_max: bool,
    samples: Option<&Path>,
    json: bool,
) -> Result<(), String> {
    let failed = |error: millrace_importer::ImportError| format!("{}: {error}", file.display());
    let mut model = onnx::Model::load(file).map_err(|error| error.to_string())?;
    choice.apply(&mut model).map_err(failed)?;
    let mut checked = working("checking", || check(&model, arg_max, None));
    if let Some(samples) = samples {
        let samples = npy::read(samples)?;
        match working("calibrating", || Ranges::calibrate_model(&model, &samples)) {
            Ok(ranges) => checked = working("checking", || check(&model, arg_max, Some(&ranges))),
            // What is listed already is why.
            Err(_) if !checked.faults.is_empty() => {}
            Err(fault) => checked = Check { faults: vec![fault], room: None, needs_samples: false },
        }
    }
    print!("{}", if json { as_json(&checked) } else { as_text(&checked) });
    match checked.faults.len() {
        0 => Ok(()),
        count => Err(format!("{}: {count} to change before it can be imported", file.display())),
    }
}

fn as_text(checked: &Check) -> String {
    let mut text = String::new();
    for fault in &checked.faults {
        let node = fault.node().map_or(String::new(), |node| format!("{node}\n  "));
        // Nothing that is written to a string fails.
        let _ = writeln!(text, "{node}{}\n  → {}", fault.what(), fault.remedy());
    }
    if let Some(room) = checked.room {
        let _ = writeln!(text, "It can be imported.");
        let _ = writeln!(text, "model        {} bytes, {} MAC a sample", room.model_bytes, room.work);
        let _ =
            writeln!(text, "on chain     tasks of up to {} samples are verified in their call", room.samples);
        if checked.needs_samples {
            let _ = writeln!(text, "It isn't quantized: import it with --calibrate SAMPLES.");
        }
    }
    text
}

fn as_json(checked: &Check) -> String {
    let faults: Vec<String> = checked
        .faults
        .iter()
        .map(|fault| {
            let node = fault.node().map_or("null".into(), |node| quoted(&node));
            let (what, remedy) = (quoted(&fault.what()), quoted(&fault.remedy()));
            format!("{{\"node\":{node},\"what\":{what},\"remedy\":{remedy}}}")
        })
        .collect();
    let room = checked.room.map_or("null".into(), |room| {
        format!("{{\"samples\":{},\"model_bytes\":{},\"mac\":{}}}", room.samples, room.model_bytes, room.work)
    });
    format!(
        "{{\"importable\":{},\"needs_samples\":{},\"on_chain\":{room},\"faults\":[{}]}}\n",
        checked.faults.is_empty(),
        checked.needs_samples,
        faults.join(",")
    )
}

/// A text as JSON writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if u32::from(c) < 0x20 => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted() {
        assert_eq!(quoted("a \"b\" \\ c\nd"), "\"a \\\"b\\\" \\\\ c\\u000ad\"");
    }

    #[test]
    fn a_file_without_a_graph_has_one_fault() {
        let checked = check(&onnx::Model::default(), false, None);
        let json = as_json(&checked);
        assert!(json.starts_with("{\"importable\":false,"), "{json}");
        assert!(json.contains("\"faults\":[{\"node\":null,\"what\":\"the file has no graph\","), "{json}");
        assert!(as_text(&checked).contains("→ export the model again"));
    }
}
