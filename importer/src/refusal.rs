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
                        found += 1;
                    }
                }
            }
        }
        assert!(found > 100, "{found} refusals");
    }
}
