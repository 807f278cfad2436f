//! The integers that a file reads in place of real numbers, and how they become a model's bytes. The metadata say which they are at
//! the end of the input's meaning, since the chain keeps no field for it.

use crate::{
    axes::Axes,
    onnx,
    prepare::{input_type, Prepared},
};

/// The integers that a file reads in place of real numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integers {
    /// They are posted as they are.
    Int8,
    /// 128 less is posted.
    Uint8,
}

/// How the meaning of such an input ends.
const SAID: [(Integers, &str); 2] = [
    (Integers::Int8, "posted as the int8 that the file reads"),
    (Integers::Uint8, "posted as the uint8 that the file reads, less 128"),
];

impl Integers {
    /// What a file reads; none if that is real numbers.
    pub(crate) fn of(prepared: &Prepared) -> Option<Self> {
        match input_type(&prepared.input) {
            onnx::INT8 => Some(Self::Int8),
            onnx::UINT8 => Some(Self::Uint8),
            _ => None,
        }
    }

    /// What an input means in a person's words, and which integers it is.
    pub fn said(self, own: &str) -> String {
        let said = SAID.iter().find(|(integers, _)| *integers == self).map_or("", |(_, said)| said);
        if own.is_empty() {
            said.to_owned()
        } else {
            format!("{own}, {said}")
        }
    }

    /// Which integers an input is by its meaning; none if it is real numbers.
    pub(crate) fn named(meaning: &str) -> Option<Self> {
        let (own, _) = Axes::split(meaning);
        SAID.iter().find(|(_, said)| own.ends_with(said)).map(|(integers, _)| *integers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meaning_ends_with_the_integers() {
        for integers in [Integers::Int8, Integers::Uint8] {
            let axes = Axes::new(vec![3, 8, 8], vec![1, 2, 0]).expect("each axis once");
            for said in ["", "pixels"].map(|own| integers.said(own)) {
                for said in [axes.said(&said, "posted"), said] {
                    assert_eq!(Integers::named(&said), Some(integers), "{said}");
                }
            }
        }
        assert_eq!(
            Integers::Uint8.said("pixels"),
            "pixels, posted as the uint8 that the file reads, less 128"
        );
        assert_eq!(Integers::named("pixels"), None);
    }
}
