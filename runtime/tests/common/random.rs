//! Random numbers that a seed determines.

use millrace_inference::random::Random as Bits;
use millrace_primitives::Balance;

/// What calls, amounts and luck are drawn from.
pub struct Random(pub u64);

impl Random {
    pub fn draw(&mut self) -> u64 {
        let mut bits = Bits(self.0);
        let drawn = bits.bits();
        self.0 = bits.0;
        drawn
    }

    pub fn below(&mut self, most: usize) -> usize {
        (self.draw() % most as u64) as usize
    }

    pub fn one_in(&mut self, most: usize) -> bool {
        self.below(most) == 0
    }

    pub fn pick<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        if list.is_empty() {
            None
        } else {
            Some(list[self.below(list.len())].clone())
        }
    }

    /// An amount below `most`.
    pub fn planck(&mut self, most: Balance) -> Balance {
        (Balance::from(self.draw()) * most) >> 64
    }

    /// From 0 up to, but not including, 1.
    pub fn unit(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Another sequence for each `index`.
    pub fn fork(&self, index: u64) -> Self {
        Self(Self(self.0 ^ index.wrapping_mul(0xd6e8_feb8_6659_fd93)).draw())
    }

    /// How often something happens that happens `mean` times on average. Takes one number from the sequence.
    pub fn poisson(&mut self, mean: f64) -> u32 {
        let mean = mean.min(500.0);
        let (drawn, mut count) = (self.unit(), 0);
        let mut probability = (-mean).exp();
        let mut reached = probability;
        while drawn >= reached && probability > 0.0 {
            count += 1;
            probability *= mean / f64::from(count);
            reached += probability;
        }
        count
    }
}
