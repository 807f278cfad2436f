//! `check`: all that keeps an ONNX file from being imported.

use std::{fmt::Write, path::Path};

use millrace_importer::{check, onnx, Check, ImportError};

use super::{
    choice::{Choice, Samples},
    progress::working,
};

/// Prints what keeps a file from being imported; an error if anything does.
pub(super) fn check_file(
    file: &Path,
    choice: &Choice,
    arg_max: bool,
    samples: &Samples,
    json: bool,
) -> Result<(), String> {
    let failed = |error: millrace_importer::ImportError| format!("{}: {error}", file.display());
    let mut model = onnx::Model::load(file).map_err(|error| error.to_string())?;
    choice.apply(&mut model).map_err(failed)?;
    let mut checked = working("checking", || check(&model, arg_max, None));
    if let Some(ranges) = samples.ranges(&model)? {
        match ranges {
            Ok(ranges) => checked = working("checking", || check(&model, arg_max, Some(&ranges))),
            // What is listed already is why.
            Err(_) if !checked.faults.is_empty() => {}
            Err(fault) => checked = Check::failed(fault),
        }
    }
    print!("{}", if json { as_json(&checked) } else { as_text(&checked) });
    match checked.faults.len() {
        0 => Ok(()),
        count => Err(unimportable(file, count)),
    }
}

/// What is said of a file with so many faults.
pub(super) fn unimportable(file: &Path, count: usize) -> String {
    format!("{}: {count} to change before it can be imported", file.display())
}

fn as_text(checked: &Check) -> String {
    let mut text = String::new();
    for fault in checked.faults.iter().chain(&checked.large) {
        let node = fault.node().map_or(String::new(), |node| format!("{node}\n  "));
        // Nothing that is written to a string fails.
        let _ = writeln!(text, "{node}{}\n  → {}", fault.what(), fault.remedy());
    }
    if let Some(room) = checked.room {
        let _ = writeln!(text, "It can be imported.");
        let _ = writeln!(text, "model        {} bytes, {} MAC a sample", room.model_bytes, room.work);
        let _ =
            writeln!(text, "on chain     tasks of up to {} samples are verified in their call", room.samples);
    } else if let Some(rows) = checked.rows {
        let _ = writeln!(
            text,
            "It can be imported as a model of rows, whose executions are claimed: it is too large to be verified in its call."
        );
        let _ = writeln!(
            text,
            "model        {} bytes, {} MAC a sample; a blob of {} bytes",
            rows.model_bytes, rows.work, rows.blob_bytes
        );
    }
    if checked.needs_samples && checked.faults.is_empty() {
        let _ = writeln!(text, "It isn't quantized: import it with --calibrate SAMPLES.");
    }
    text
}

fn as_json(checked: &Check) -> String {
    let listed = |faults: &[ImportError]| {
        let each = faults.iter().map(|fault| {
            let node = fault.node().map_or("null".into(), |node| quoted(&node));
            let (what, remedy) = (quoted(&fault.what()), quoted(&fault.remedy()));
            format!("{{\"node\":{node},\"what\":{what},\"remedy\":{remedy}}}")
        });
        each.collect::<Vec<_>>().join(",")
    };
    let settled = match (checked.room, checked.rows) {
        (Some(_), _) => "\"in_call\"",
        (None, Some(_)) => "\"claimed\"",
        (None, None) => "null",
    };
    let room = checked.room.map_or("null".into(), |room| {
        format!("{{\"samples\":{},\"model_bytes\":{},\"mac\":{}}}", room.samples, room.model_bytes, room.work)
    });
    let rows = checked.rows.map_or("null".into(), |rows| {
        format!(
            "{{\"model_bytes\":{},\"blob_bytes\":{},\"mac\":{}}}",
            rows.model_bytes, rows.blob_bytes, rows.work
        )
    });
    format!(
        "{{\"importable\":{},\"settled\":{settled},\"needs_samples\":{},\"on_chain\":{room},\"rows\":{rows},\"faults\":[{}],\"too_large\":[{}]}}\n",
        checked.room.is_some() || checked.rows.is_some(),
        checked.needs_samples,
        listed(&checked.faults),
        listed(&checked.large)
    )
}

/// A text as JSON writes it.
pub(super) fn quoted(text: &str) -> String {
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
    use millrace_importer::RowsSize;

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
        assert!(!as_text(&checked).contains("too large"));
    }

    #[test]
    fn a_file_that_is_only_too_large_would_be_claimed() {
        let rows = Some(RowsSize { model_bytes: 9, blob_bytes: 99, work: 999 });
        let checked = Check { faults: vec![], large: vec![], room: None, rows, needs_samples: true };
        let json = as_json(&checked);
        assert!(json.starts_with("{\"importable\":true,\"settled\":\"claimed\""), "{json}");
        assert!(json.contains("\"rows\":{\"model_bytes\":9,\"blob_bytes\":99,\"mac\":999}"), "{json}");
        let text = as_text(&checked);
        assert!(text.contains("a model of rows") && text.contains("--calibrate"), "{text}");
    }
}
