//! Why a model of rows isn't executed on what it was given, with what to do.

use millrace_inference::rows::{ElementError, EvaluationError};

use crate::refusal::Refusal;

/// Why a text or an image can't be evaluated.
pub(crate) fn impossible(error: &EvaluationError) -> Refusal {
    match error {
        EvaluationError::Empty => refusal!("{error}"; "give a text with words in it"),
        EvaluationError::TooManyTokens { .. } => {
            refusal!("{error}"; "shorten the text, or split it and average the parts")
        }
        EvaluationError::Vocabulary { .. } => {
            refusal!("{error}"; "put the tokenizer.json beside the model that was imported with it")
        }
        EvaluationError::Image { .. } => {
            refusal!("{error}"; "give whole samples of the shape that `inspect` shows, and texts to a model of texts")
        }
        EvaluationError::NotCausal | EvaluationError::Inconsistent => {
            refusal!("{error}"; "import the model again")
        }
    }
}

/// Why an element can't be computed alone.
pub(super) fn no_element(error: &ElementError) -> Refusal {
    match error {
        ElementError::Ids(error) => impossible(error),
        ElementError::NoSuchElement => refusal!(
            "{error}";
            "name a node of the model, a row below the text's tokens or the image's positions, and an element below the node's width"
        ),
        _ => refusal!("{error}"; "import the model again"),
    }
}
