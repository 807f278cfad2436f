//! How well a language model predicts held-out texts, in floats and in integers.

use super::{
    decoder::Decoder,
    llama::{Llama, LOGIT_STEP},
};
use crate::refusal::Refusal;

/// How well texts are predicted. A perplexity of p is what guessing among p equally likely tokens would have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Perplexity {
    /// Tokens that were predicted: all but each text's first.
    pub tokens: usize,
    /// Of the float model.
    pub float: f64,
    /// Of the integer model.
    pub integer: f64,
    /// Standard error of [`Self::loss`], from how the two models' surprise at each token differs.
    pub error: f64,
    /// How far the integer model's probabilities of all tokens are from the float one's, in the mean: their
    /// Kullback–Leibler divergence in nats. It says more about few tokens than a perplexity does.
    pub divergence: f64,
    /// Share of the tokens for which both find the same one likeliest.
    pub agreement: f64,
}

/// Natural logarithms of probabilities, added up.
#[derive(Default)]
struct Sums {
    tokens: usize,
    float: f64,
    integer: f64,
    /// Squares of their differences.
    squares: f64,
    divergence: f64,
    agreed: usize,
}

impl Perplexity {
    /// The most by which the integer model's may exceed the float one's, as a share of it, for the model to be written.
    pub const MOST_LOSS: f64 = 0.01;

    /// Measures both models. `decoder` gives logits; `done` is called after each text.
    ///
    /// # Errors
    /// [`Refusal`] of a text that the model doesn't take, and of texts with nothing to predict.
    pub fn new(
        llama: &Llama,
        decoder: &Decoder,
        texts: &[Vec<u32>],
        done: &dyn Fn(),
    ) -> Result<Self, Refusal> {
        let mut sums = Sums::default();
        for text in texts {
            let integers = decoder.rows(text)?;
            let floats = llama.logits(text);
            let rows = integers.chunks(llama.config().vocabulary).zip(floats.rows());
            for ((integer, float), next) in rows.zip(&text[1..]) {
                let next = *next as usize;
                let float: Vec<f64> = float.iter().map(|x| f64::from(*x)).collect();
                let integer: Vec<f64> = integer.iter().map(|x| f64::from(*x) * LOGIT_STEP).collect();
                let [float, integer] = [float, integer].map(|logits| logarithms(&logits));
                sums.add([&float, &integer].map(|shares| -shares[next]));
                sums.divergence += divergence(&float, &integer);
                sums.agreed += usize::from(likeliest(&float) == likeliest(&integer));
            }
            done();
        }
        sums.finish()
    }

    /// By how much the integer model's is larger, as a share of the float one's.
    pub fn loss(&self) -> f64 {
        self.integer / self.float - 1.0
    }

    /// Whether the loss is at most [`Self::MOST_LOSS`].
    pub fn is_enough(&self) -> bool {
        self.loss() <= Self::MOST_LOSS
    }
}

impl Sums {
    fn add(&mut self, [float, integer]: [f64; 2]) {
        self.tokens += 1;
        self.float += float;
        self.integer += integer;
        self.squares += (integer - float).powi(2);
    }

    fn finish(self) -> Result<Perplexity, Refusal> {
        if self.tokens == 0 {
            return Err(refusal!(
                "the held-out texts have no token to predict";
                "give at least a hundred lines of text"
            ));
        }
        let tokens = self.tokens as f64;
        let (float, integer) = (self.float / tokens, self.integer / tokens);
        let variance = (self.squares / tokens - (integer - float).powi(2)).max(0.0);
        Ok(Perplexity {
            tokens: self.tokens,
            float: float.exp(),
            integer: integer.exp(),
            // A perplexity is an exponential, so a difference of logarithms is one of shares.
            error: (integer - float).exp() * (variance / tokens).sqrt(),
            divergence: self.divergence / tokens,
            agreement: self.agreed as f64 / tokens,
        })
    }
}

impl std::fmt::Display for Perplexity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { tokens, float, integer, error, divergence, agreement } = self;
        write!(
            f,
            "perplexity {float:.3} in floats and {integer:.3} in integers ({:+.2} %, standard error {:.2}), divergence \
             {divergence:.5}, the same likeliest token in {:.1} %, on {tokens} tokens",
            100.0 * self.loss(),
            100.0 * error,
            100.0 * agreement
        )
    }
}

/// Natural logarithms of the tokens' probabilities.
fn logarithms(logits: &[f64]) -> Vec<f64> {
    let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let all = logits.iter().map(|x| (x - most).exp()).sum::<f64>().ln();
    logits.iter().map(|x| x - most - all).collect()
}

/// The Kullback–Leibler divergence of probabilities whose logarithms these are.
fn divergence(from: &[f64], to: &[f64]) -> f64 {
    from.iter().zip(to).map(|(from, to)| from.exp() * (from - to)).sum()
}

/// The first of the largest.
fn likeliest(logits: &[f64]) -> usize {
    let better = |best: usize, index: usize| if logits[index] > logits[best] { index } else { best };
    (0..logits.len()).fold(0, better)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logits_are_probabilities_but_for_a_constant() {
        let logits = [2f64.ln(), 1f64.ln(), 1f64.ln()];
        let shares = logarithms(&logits);
        assert!((shares[0] - 0.5f64.ln()).abs() < 1e-12 && (shares[2] - 0.25f64.ln()).abs() < 1e-12);
        assert!((logarithms(&[1_000.0, 0.0])[1] + 1_000.0).abs() < 1e-9);
        assert_eq!((likeliest(&logits), likeliest(&[0.0, 3.0, 3.0])), (0, 1));
        // 1/2 against 1/4 twice over, less what the other two gain.
        let other = logarithms(&[1f64.ln(), 1f64.ln(), 2f64.ln()]);
        assert_eq!(divergence(&shares, &shares), 0.0);
        assert!((divergence(&shares, &other) - 0.25 * 2f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn a_hundredth_more_is_enough_and_nothing_beyond() {
        let of = |float: f64, integer: f64| {
            let mut sums = Sums { divergence: 0.1, agreed: 9, ..Sums::default() };
            // One half of the tokens differs by 0.01 more than the other.
            let more = [0.005, -0.005].into_iter().cycle();
            more.take(10).for_each(|more| sums.add([float.ln(), integer.ln() + more]));
            sums.finish().expect("tokens")
        };
        let fine = of(40.0, 40.3);
        assert!(fine.is_enough() && (fine.loss() - 0.0075).abs() < 1e-9, "{fine}");
        assert_eq!(
            fine.to_string(),
            "perplexity 40.000 in floats and 40.300 in integers (+0.75 %, standard error 0.16), divergence 0.01000, the \
             same likeliest token in 90.0 %, on 10 tokens"
        );
        assert!(of(40.0, 30.0).is_enough());
        assert!(!of(40.0, 40.41).is_enough());
        assert!(Sums::default().finish().expect_err("nothing").to_string().contains("a hundred lines"));
    }
}
