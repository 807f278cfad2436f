//! Whether a graph gives what the float model gives that was read from it.

use std::collections::BTreeSet;

use super::run::{Executable, Output};
use crate::{
    refusal::Refusal,
    text::{unit, Bert, Llama, Pooling},
};

/// How far a row may be from the float model's, as a part of its length. Other orders of the same sums come to a tenth of
/// this at most, and another approximation of the same function to more.
const MOST_DISTANCE: f64 = 2e-4;

/// How exporters call what an encoder makes of a text, where the graph has it beside its rows.
const EMBEDDING: &str = "sentence_embedding";

/// Tokens of the texts that both are executed on.
const LENGTHS: [usize; 3] = [2, 9, 24];

/// Texts for a vocabulary, no longer than a model takes them.
fn texts(vocabulary: usize, max_tokens: usize) -> Vec<Vec<u32>> {
    let lengths: BTreeSet<usize> = LENGTHS.iter().map(|length| (*length).min(max_tokens)).collect();
    // Steps by the golden ratio fill a vocabulary evenly.
    let id = |at: usize| ((at as f64 * 0.618_033_988_75).fract() * vocabulary as f64) as u32;
    lengths.into_iter().map(|length| (length..2 * length).map(id).collect()).collect()
}

/// Holds an encoder against its graph: the rows of tokens, or what a pooling makes of them.
///
/// # Errors
/// [`Refusal`] of a graph that can't be executed, and of one that gives something else.
pub(super) fn encoder(graph: &Executable, bert: &Bert) -> Result<(), Refusal> {
    let config = bert.config();
    let (own, other) = match config.pooling {
        Pooling::Mean => (Pooling::Mean, Pooling::First),
        Pooling::First => (Pooling::First, Pooling::Mean),
    };
    // How far each output is from each, on the text on which it is farthest.
    let mut farthest: Vec<[f64; 3]> = Vec::new();
    let mut embedding = None;
    for ids in texts(config.vocabulary, config.max_tokens) {
        let rows = bert.rows(&ids);
        let pooled = [own, other].map(|pooling| pooling.of(rows.view()));
        let outputs = graph.outputs(&ids)?;
        farthest.resize(outputs.len(), [0.0; 3]);
        embedding = outputs.iter().position(|output| output.name == EMBEDDING);
        for (output, farthest) in outputs.iter().zip(&mut farthest) {
            let of_rows = match output.shape == [1, ids.len(), config.width] {
                true => distance(&output.numbers, &rows.iter().copied().collect::<Vec<f32>>(), config.width),
                false => f64::INFINITY,
            };
            let of_pools = pooled.each_ref().map(|row| pool_distance(output, row));
            for (farthest, found) in farthest.iter_mut().zip([of_rows, of_pools[0], of_pools[1]]) {
                *farthest = farthest.max(found);
            }
        }
    }
    let nearest = |kind: usize| farthest.iter().map(|all| all[kind]).fold(f64::INFINITY, f64::min);
    let [rows, pooled, otherwise] = [0, 1, 2].map(nearest);
    if otherwise <= MOST_DISTANCE && pooled > MOST_DISTANCE {
        let [asked, given] = [own, other].map(Pooling::name);
        return Err(refusal!(
            "the graph gives {given}, and 1_Pooling/config.json, or the lack of one, asks for {asked}";
            "put the 1_Pooling folder that came with the graph beside config.json"
        ));
    }
    expect_near(rows.min(pooled))?;
    match embedding.is_some_and(|at| farthest[at][1] > MOST_DISTANCE) {
        false => Ok(()),
        true => Err(refusal!(
            "the graph's output {EMBEDDING} isn't {}, which is all that is imported after the rows", own.name();
            "take an encoder whose sentence-transformers modules are no more than Transformer, Pooling and Normalize"
        )),
    }
}

/// Holds a decoder against its graph: the numbers for all tokens of the vocabulary.
///
/// # Errors
/// As [`encoder`].
pub(super) fn decoder(graph: &Executable, llama: &Llama) -> Result<(), Refusal> {
    let config = llama.config();
    let mut farthest: f64 = 0.0;
    for ids in texts(config.vocabulary, config.max_tokens) {
        let logits: Vec<f32> = llama.logits(&ids).iter().copied().collect();
        let shape = [1, ids.len(), config.vocabulary];
        let outputs = graph.outputs(&ids)?;
        let found = outputs.iter().filter(|output| output.shape == shape);
        let found = found.map(|output| distance(&output.numbers, &logits, config.vocabulary));
        farthest = farthest.max(found.fold(f64::INFINITY, f64::min));
    }
    expect_near(farthest)
}

fn expect_near(distance: f64) -> Result<(), Refusal> {
    if distance <= MOST_DISTANCE {
        return Ok(());
    }
    let found = match distance.is_finite() {
        true => format!("its outputs differ by {:.2} % of their length", 100.0 * distance),
        false => "none of its outputs has the shape, or all of them are no numbers".into(),
    };
    Err(refusal!(
        "the graph isn't the model that config.json describes: {found}";
        "give the config.json that came with the graph, or import the model from safetensors"
    ))
}

/// The distance of the farthest row, as a part of the row's length.
fn distance(found: &[f32], expected: &[f32], width: usize) -> f64 {
    let of = |(found, expected): (&[f32], &[f32])| {
        let length = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>().sqrt();
        let apart = length(&mut found.iter().zip(expected).map(|(a, b)| f64::from(*a) - f64::from(*b)));
        let distance = apart / length(&mut expected.iter().map(|x| f64::from(*x)));
        if distance.is_nan() {
            f64::INFINITY
        } else {
            distance
        }
    };
    found.chunks(width).zip(expected.chunks(width)).map(of).fold(0.0, f64::max)
}

/// The distance of an output from a row of length one; its own length means nothing.
fn pool_distance(output: &Output, row: &[f64]) -> f64 {
    if output.shape != [1, row.len()] {
        return f64::INFINITY;
    }
    let found = unit(output.numbers.iter().map(|x| f64::from(*x)));
    let squares = found.iter().zip(row).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
    if squares.is_nan() {
        f64::INFINITY
    } else {
        squares.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_parts_of_a_rows_length() {
        assert_eq!(distance(&[3.0, 4.0, 0.0, 1.0], &[3.0, 4.0, 0.0, 1.0], 2), 0.0);
        assert!((distance(&[3.0, 4.0, 0.0, 1.5], &[3.0, 4.0, 0.0, 1.0], 2) - 0.5).abs() < 1e-12);
        for strange in [f32::NAN, f32::INFINITY] {
            assert_eq!(distance(&[strange, 1.0], &[1.0, 1.0], 2), f64::INFINITY);
        }
        let output = |shape: &[usize], numbers: &[f32]| {
            let name = String::new();
            Output { name, shape: shape.into(), numbers: numbers.into() }
        };
        assert!(pool_distance(&output(&[1, 2], &[6.0, 8.0]), &[0.6, 0.8]) < 1e-7);
        assert_eq!(pool_distance(&output(&[2], &[6.0, 8.0]), &[0.6, 0.8]), f64::INFINITY);
        assert_eq!(pool_distance(&output(&[1, 2], &[f32::NAN, 8.0]), &[0.6, 0.8]), f64::INFINITY);
    }

    #[test]
    fn texts_are_of_the_vocabulary_and_short_enough() {
        for (vocabulary, max_tokens, count) in [(30_522, 512, 3), (60, 9, 2), (2, 1, 1)] {
            let texts = texts(vocabulary, max_tokens);
            assert_eq!(texts.len(), count);
            for ids in texts {
                assert!(!ids.is_empty() && ids.len() <= max_tokens);
                assert!(ids.iter().all(|id| (*id as usize) < vocabulary));
            }
        }
    }

    #[test]
    fn what_is_too_far_is_said() {
        expect_near(1e-6).expect("near");
        let message = expect_near(0.012).expect_err("far").to_string();
        assert!(
            message.contains("differ by 1.20 %") && message.contains("config.json that came"),
            "{message}"
        );
        assert!(expect_near(f64::INFINITY).expect_err("far").to_string().contains("none of its outputs"));
    }
}
