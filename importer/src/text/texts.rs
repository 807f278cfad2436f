//! The texts that a model is calibrated with, and those that it is measured on, which are others.

use std::path::Path;

use super::files::read_small;
use crate::refusal::Refusal;

/// One text in so many is held out.
const HELD_OUT: usize = 5;

/// The fewest texts that are taken: scales that come from less don't hold for other texts.
const FEWEST: usize = 100;

/// Texts that stand for what a model will see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// What scales come from.
    pub calibration: Vec<String>,
    /// What the outcome is measured on.
    pub held_out: Vec<String>,
}

impl Texts {
    /// Sentences on all sorts of things, written for this purpose.
    pub fn built_in() -> Self {
        Self::split(include_str!("../../data/sentences.txt"))
    }

    /// The same, and some pages of connected prose to measure on: what follows a sentence matters to a language model.
    pub fn built_in_prose() -> Self {
        let lines = |text: &str| text.lines().map(str::to_owned).collect();
        Self {
            calibration: lines(include_str!("../../data/sentences.txt")),
            held_out: lines(include_str!("../../data/prose.txt")),
        }
    }

    /// Reads a file with a text in each line.
    ///
    /// # Errors
    /// [`Refusal`] of a file that can't be read, isn't UTF-8, or has too few lines.
    pub fn read(path: &Path) -> Result<Self, Refusal> {
        let bytes = read_small(path)?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let file = path.display();
            refusal!("{file} isn't UTF-8: {error}"; "save it as UTF-8, a text in each line")
        })?;
        let texts = Self::split(text);
        let count = texts.calibration.len() + texts.held_out.len();
        if count < FEWEST {
            return Err(refusal!(
                "{} has {count} texts", path.display();
                "give at least {FEWEST}, one in each line, or leave the option out for those that are built in"
            ));
        }
        Ok(texts)
    }

    /// The lines that aren't empty; every fifth is held out.
    fn split(lines: &str) -> Self {
        let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate();
        let (held_out, calibration): (Vec<_>, Vec<_>) =
            lines.partition(|(index, _)| index % HELD_OUT == HELD_OUT - 1);
        let texts = |lines: Vec<(usize, &str)>| lines.into_iter().map(|(_, line)| line.to_owned()).collect();
        Self { calibration: texts(calibration), held_out: texts(held_out) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn built_in_texts_are_many_and_all_different() {
        let Texts { calibration, held_out } = Texts::built_in();
        assert!(
            calibration.len() >= 250 && held_out.len() >= 60,
            "{} and {}",
            calibration.len(),
            held_out.len()
        );
        let all: HashSet<&String> = calibration.iter().chain(&held_out).collect();
        assert_eq!(all.len(), calibration.len() + held_out.len());
    }

    #[test]
    fn the_prose_is_nowhere_in_the_sentences() {
        let Texts { calibration, held_out } = Texts::built_in_prose();
        let words =
            |texts: &[String]| texts.iter().map(|text| text.split_whitespace().count()).sum::<usize>();
        assert!(words(&calibration) > 3_000 && words(&held_out) > 1_300, "{}", words(&held_out));
        let shared = held_out.iter().find(|text| calibration.iter().any(|sentence| text.contains(sentence)));
        assert_eq!(shared, None);
    }

    #[test]
    fn every_fifth_line_is_held_out() {
        let texts = Texts::split("a\n\n b \nc\nd\ne\nf\n");
        assert_eq!(texts.calibration, ["a", "b", "c", "d", "f"]);
        assert_eq!(texts.held_out, ["e"]);
    }

    #[test]
    fn files_with_too_little_are_refused() {
        let file = std::env::temp_dir().join(format!("millrace-texts-{}.txt", std::process::id()));
        for (content, said) in
            [(&b"one\ntwo\n"[..], "has 2 texts; give at least 100"), (b"\xff\xfe", "isn't UTF-8")]
        {
            std::fs::write(&file, content).expect("a temporary file");
            let message = Texts::read(&file).expect_err("too little").to_string();
            assert!(message.contains(said), "{message}");
        }
        std::fs::remove_file(&file).expect("it is there");
    }
}
