//! What `check` says of a text model: what `import` would make of it, or why it wouldn't.

use std::path::Path;

use super::check::{quoted, unimportable};

/// A text model that can be imported.
#[cfg_attr(not(feature = "text"), allow(dead_code, reason = "only a program with text models finds one"))]
pub(super) struct Found {
    /// As config.json calls it.
    pub(super) architecture: &'static str,
    /// What it is for.
    pub(super) purpose: &'static str,
    pub(super) layers: usize,
    pub(super) width: usize,
    pub(super) vocabulary: usize,
    /// Tokens of a text at most.
    pub(super) max_tokens: usize,
    /// Numbers of its tables and products.
    pub(super) weights: usize,
}

/// Why a text model can't be imported, and what to do.
pub(super) struct Fault {
    pub(super) what: String,
    pub(super) remedy: String,
}

/// Prints what was found of a file; an error if it can't be imported.
pub(super) fn say(file: &Path, json: bool, found: &Result<Found, Fault>) -> Result<(), String> {
    print!("{}", if json { as_json(found) } else { as_text(found) });
    match found {
        Ok(_) => Ok(()),
        Err(_) => Err(unimportable(file, 1)),
    }
}

fn as_text(found: &Result<Found, Fault>) -> String {
    match found {
        Ok(Found { architecture, purpose, layers, width, vocabulary, max_tokens, weights }) => format!(
            "It can be imported as a text model, {purpose} ({architecture}). It becomes a model of rows, whose executions are claimed.\n\
             model        {layers} blocks, rows of {width}, {weights} weights\n\
             texts        up to {max_tokens} tokens, {vocabulary} different ones\n\
             Whether its integers are near enough to the floats shows when it is imported.\n"
        ),
        Err(Fault { what, remedy }) => format!("{what}\n  → {remedy}\n"),
    }
}

fn as_json(found: &Result<Found, Fault>) -> String {
    let (importable, settled, text, faults) = match found {
        Ok(Found { architecture, layers, width, vocabulary, max_tokens, weights, .. }) => {
            let sizes = format!(
                "{{\"architecture\":{},\"layers\":{layers},\"width\":{width},\"vocabulary\":{vocabulary},\"max_tokens\":{max_tokens},\"weights\":{weights}}}",
                quoted(architecture)
            );
            (true, "\"claimed\"", sizes, String::new())
        }
        Err(Fault { what, remedy }) => {
            let fault = format!("{{\"node\":null,\"what\":{},\"remedy\":{}}}", quoted(what), quoted(remedy));
            (false, "null", "null".into(), fault)
        }
    };
    format!(
        "{{\"importable\":{importable},\"settled\":{settled},\"needs_samples\":false,\"on_chain\":null,\"rows\":null,\"text\":{text},\"faults\":[{faults}],\"too_large\":[]}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_import_would_do_is_said() {
        let found = Ok(Found {
            architecture: "BertModel",
            purpose: "an encoder",
            layers: 6,
            width: 384,
            vocabulary: 30_522,
            max_tokens: 512,
            weights: 22_000_000,
        });
        let text = as_text(&found);
        assert!(text.contains("an encoder (BertModel)") && text.contains("claimed"), "{text}");
        let json = as_json(&found);
        assert!(json.starts_with("{\"importable\":true,\"settled\":\"claimed\""), "{json}");
        assert!(json.contains("\"text\":{\"architecture\":\"BertModel\",\"layers\":6,"), "{json}");
        let fault = Err(Fault { what: "it is \"odd\"".into(), remedy: "mend it".into() });
        assert_eq!(as_text(&fault), "it is \"odd\"\n  → mend it\n");
        assert!(as_json(&fault).contains("\"what\":\"it is \\\"odd\\\"\",\"remedy\":\"mend it\"}]"));
        assert!(say(Path::new("x"), true, &fault).expect_err("a fault").contains("x: 1 to change"));
    }
}
