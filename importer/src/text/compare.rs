//! How near a model's embeddings are to the float ones.

use crate::refusal::Refusal;

/// How near embeddings are to those that they stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Texts that were compared.
    pub texts: usize,
    /// Mean of the cosines between the two embeddings of a text.
    pub cosine_mean: f64,
    /// The least of them.
    pub cosine_min: f64,
    /// Spearman's rank correlation between the cosines of all pairs of texts in one and in the other.
    pub spearman: f64,
}

impl Comparison {
    /// The least that a model must reach to be written: a mean cosine, a least cosine, and a rank correlation.
    pub const BAR: [f64; 3] = [0.9985, 0.997, 0.998];

    /// Compares embeddings of length one, text by text.
    ///
    /// # Errors
    /// [`Refusal`] of fewer than three texts: two have one pair, which has no rank.
    pub fn new(floats: &[Vec<f64>], integers: &[Vec<f64>]) -> Result<Self, Refusal> {
        let texts = floats.len().min(integers.len());
        if texts < 3 {
            return Err(refusal!(
                "{texts} texts have no ranks to compare";
                "give at least three texts, better a hundred"
            ));
        }
        let cosines: Vec<f64> = floats.iter().zip(integers).map(|(a, b)| dot(a, b)).collect();
        Ok(Self {
            texts,
            cosine_mean: cosines.iter().sum::<f64>() / texts as f64,
            cosine_min: cosines.iter().copied().fold(f64::INFINITY, f64::min),
            spearman: correlation(&ranks(&pairs(floats)), &ranks(&pairs(integers))),
        })
    }

    /// Whether it reaches [`Self::BAR`].
    pub fn is_enough(&self) -> bool {
        let [mean, least, spearman] = Self::BAR;
        self.cosine_mean >= mean && self.cosine_min >= least && self.spearman >= spearman
    }
}

impl std::fmt::Display for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { texts, cosine_mean, cosine_min, spearman } = self;
        write!(
            f,
            "cosine to the float model {cosine_mean:.5} in the mean and {cosine_min:.5} at least, \
             Spearman of all pairs {spearman:.5}, on {texts} texts"
        )
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Cosines of all pairs.
fn pairs(embeddings: &[Vec<f64>]) -> Vec<f64> {
    let after = |(index, a): (usize, &Vec<f64>)| {
        embeddings[index + 1..].iter().map(|b| dot(a, b)).collect::<Vec<f64>>()
    };
    embeddings.iter().enumerate().flat_map(after).collect()
}

/// The rank of each number; equal ones share the mean of theirs.
fn ranks(numbers: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
    let mut ranks = vec![0.0; numbers.len()];
    let mut start = 0;
    for equal in order.chunk_by(|a, b| numbers[*a] == numbers[*b]) {
        let rank = start as f64 + (equal.len() - 1) as f64 / 2.0;
        equal.iter().for_each(|index| ranks[*index] = rank);
        start += equal.len();
    }
    ranks
}

/// Pearson's correlation; zero if either doesn't vary.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut both, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        both += (a - mean_a) * (b - mean_b);
        of_a += (a - mean_a).powi(2);
        of_b += (b - mean_b).powi(2);
    }
    let size = (of_a * of_b).sqrt();
    if size > 0.0 {
        both / size
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_of_equal_numbers_are_shared() {
        assert_eq!(ranks(&[0.5, -1.0, 0.5, 2.0]), [1.5, 0.0, 1.5, 3.0]);
        assert!((correlation(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]) - 1.0).abs() < 1e-12);
        assert!((correlation(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]) + 1.0).abs() < 1e-12);
        assert_eq!(correlation(&[1.0, 1.0], &[1.0, 2.0]), 0.0);
    }

    #[test]
    fn comparisons_see_both_direction_and_order() {
        let turned =
            |angles: &[f64]| -> Vec<Vec<f64>> { angles.iter().map(|a| vec![a.cos(), a.sin()]).collect() };
        let floats = turned(&[0.0, 0.3, 1.0]);
        let same = Comparison::new(&floats, &floats).expect("enough");
        assert!(same.is_enough() && (same.spearman - 1.0).abs() < 1e-12 && same.texts == 3);
        // The middle text turned to the other side of the first: the order of the pairs is another.
        let other = Comparison::new(&floats, &turned(&[0.0, 0.55, 1.0])).expect("enough");
        assert!((other.cosine_min - 0.25f64.cos()).abs() < 1e-12);
        assert!((other.cosine_mean - (2.0 + 0.25f64.cos()) / 3.0).abs() < 1e-12);
        assert!((other.spearman - 0.5).abs() < 1e-12 && !other.is_enough(), "{other}");
        let message = Comparison::new(&floats[..2], &floats[..2]).expect_err("one pair").to_string();
        assert!(message.contains("at least three"), "{message}");
    }
}
