//! Why something can't be imported, and what to do instead. The one can't be said without the other.

use std::fmt;

/// Why something can't be imported, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    what: String,
    remedy: String,
}

impl Refusal {
    /// A refusal; the macro `refusal!` checks that its remedy is one.
    pub(crate) fn new(what: String, remedy: String) -> Self {
        Self { what, remedy }
    }

    /// What is wrong, as half a sentence.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do about it.
    pub fn remedy(&self) -> &str {
        &self.remedy
    }

    /// The same of this subject, which comes first.
    pub(crate) fn about(self, subject: &str) -> Self {
        Self { what: format!("{subject} {}", self.what), ..self }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.remedy)
    }
}

/// `refusal!("what is wrong {}", with; "what to do")`, both as `format!` has them. One without a remedy doesn't compile.
macro_rules! refusal {
    ($what:literal $(, $with:expr)* ; $remedy:literal $(, $by:expr)*) => {{
        const { assert!($remedy.len() > 2, "a refusal says what to do") };
        $crate::refusal::Refusal::new(format!($what $(, $with)*), format!($remedy $(, $by)*))
    }};
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_refusal_says_what_is_wrong_and_what_to_do() {
        let axes = 3;
        let refusal = refusal!("has {} of {axes} axes", 2; "give it {axes}").about("it");
        assert_eq!(refusal.what(), "it has 2 of 3 axes");
        assert_eq!(refusal.remedy(), "give it 3");
        assert_eq!(refusal.to_string(), "it has 2 of 3 axes; give it 3");
    }

    /// Every result of lowering goes through the type above; this holds that none of its texts is half a sentence.
    #[test]
    fn remedies_in_the_sources_are_sentences() {
        let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut found = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("sources") {
                let path = entry.expect("sources").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.file_name().is_some_and(|name| name != "refusal.rs") {
                    let text = std::fs::read_to_string(&path).expect("a source");
                    for call in text.split("refusal!(").skip(1) {
                        let (_, rest) = call.split_once(';').expect("a remedy");
                        let remedy = rest.split('"').nth(1).expect("a literal");
                        assert!(remedy.contains(' '), "{}: {remedy}", path.display());
                        assert!(is_advice(remedy), "{}: {remedy}", path.display());
                        found += 1;
                    }
                }
            }
        }
        assert!(found > 150, "{found} refusals");
    }

    /// Whether a remedy says what to do. One that begins with its subject says how things are instead: "the axes must be equal".
    fn is_advice(remedy: &str) -> bool {
        const SUBJECTS: [&str; 16] = [
            "a", "all", "an", "any", "at", "each", "it", "its", "no", "none", "one", "only", "that", "the",
            "these", "this",
        ];
        let first = remedy.split(' ').next().unwrap_or_default();
        // A verb has no comma behind it, as the first of several things has.
        !SUBJECTS.contains(&first) && !first.ends_with(',')
    }

    #[test]
    fn what_says_how_things_are_is_no_remedy() {
        for statement in [
            "a product of two activations can't be represented",
            "only one with constant weights can",
            "its scales must be positive",
            "float32, int8 and bool are read",
        ] {
            assert!(!is_advice(statement), "{statement}");
        }
        assert!(is_advice("if it is meant for the channels, give it their shape"));
        assert!(is_advice("let the other axes be equal"));
    }

    /// The sentences about other files than ONNX files, which are plain texts.
    #[test]
    fn sentences_about_arrays_and_models_have_remedies() {
        let sources = [
            include_str!("npy.rs"),
            include_str!("cli/batch.rs"),
            include_str!("cli/diff.rs"),
            include_str!("cli/execute.rs"),
            include_str!("cli/files.rs"),
            include_str!("cli/verify.rs"),
        ];
        let mut found = 0;
        for source in sources {
            let source = source.split("#[cfg(test)]").next().expect("a source");
            for literal in source.split('"').skip(1).step_by(2).filter(|literal| is_error(literal)) {
                let what = [literal.split_once("; "), literal.split_once(": say ")];
                let remedy = what.into_iter().flatten().next().expect(literal).1;
                assert!(remedy.contains(' '), "{literal}");
                found += 1;
            }
        }
        assert!(found > 15, "{found} sentences");
    }

    /// Whether a literal is the sentence of an error: no name, no format of a figure, and no line of a result.
    fn is_error(literal: &str) -> bool {
        let is_result = ["agree", "executed", "trace written", "here, "];
        literal.split(' ').count() > 4 && !is_result.iter().any(|word| literal.contains(word))
    }
}
