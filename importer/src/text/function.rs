//! The functions that feed-forward blocks apply to each element, and the tables that stand for them.

use millrace_inference::rows::limits::{R24, TABLE_ENTRIES};

use crate::refusal::Refusal;

/// A function of one real number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// x·Φ(x).
    Gelu,
    /// Its approximation with a hyperbolic tangent.
    GeluTanh,
    /// The larger of x and zero.
    Relu,
    /// x/(1 + e^−x).
    Silu,
    /// The hyperbolic tangent.
    Tanh,
}

impl Function {
    /// The function that config.json names.
    ///
    /// # Errors
    /// [`Refusal`] of another name.
    pub fn named(name: &str) -> Result<Self, Refusal> {
        match name {
            "gelu" => Ok(Self::Gelu),
            "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Ok(Self::GeluTanh),
            "relu" => Ok(Self::Relu),
            "silu" | "swish" => Ok(Self::Silu),
            "tanh" => Ok(Self::Tanh),
            _ => Err(refusal!(
                "the model's hidden_act is '{name}', which isn't known";
                "take a model with gelu, gelu_new, relu, silu or tanh"
            )),
        }
    }

    /// Its value.
    pub fn at(self, x: f64) -> f64 {
        match self {
            Self::Gelu => 0.5 * x * (1.0 + libm::erf(x / std::f64::consts::SQRT_2)),
            Self::GeluTanh => {
                let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x * x * x);
                0.5 * x * (1.0 + inner.tanh())
            }
            Self::Relu => x.max(0.0),
            Self::Silu => x / (1.0 + (-x).exp()),
            Self::Tanh => x.tanh(),
        }
    }

    /// The same table with entries that lie as much inside the bend as the lines between them lie outside it: a line
    /// exceeds a curve by a twelfth of the second difference in the mean.
    pub(crate) fn fitted_table(self, step: f64) -> Vec<i32> {
        let table = self.table(step);
        let mut fitted = table.clone();
        for (entry, near) in fitted[1..].iter_mut().zip(table.windows(3)) {
            let bend = f64::from(near[0]) - 2.0 * f64::from(near[1]) + f64::from(near[2]);
            *entry -= (bend / 12.0).round_ties_even() as i32;
        }
        fitted
    }

    /// Its table for arguments in steps of `step`: values in steps of `step / TABLE_FRACTION`, which keeps the bend at
    /// zero.
    pub(crate) fn table(self, step: f64) -> Vec<i32> {
        let of = |entry: u32| {
            let x = (f64::from(entry) * 128.0 - 32_768.0) * step;
            let value = (self.at(x) / step * TABLE_FRACTION).round_ties_even();
            value.clamp(f64::from(-R24), f64::from(R24)) as i32
        };
        (0..TABLE_ENTRIES).map(of).collect()
    }
}

/// How much finer a table's values are than its arguments: 2¹⁵·2⁷ is still a wide number.
pub(crate) const TABLE_FRACTION: f64 = 128.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_those_of_their_names() {
        let at = |name: &str, x: f64| Function::named(name).expect("known").at(x);
        assert!((at("gelu", 1.0) - 0.841_344_746).abs() < 1e-8);
        assert!((at("gelu_new", 1.0) - 0.841_191_990).abs() < 1e-8);
        assert_eq!((at("relu", -2.0), at("relu", 2.0)), (0.0, 2.0));
        assert!((at("silu", 2.0) - 1.761_594_156).abs() < 1e-8);
        assert!((at("tanh", 0.5) - 0.462_117_157).abs() < 1e-8);
        let refused = Function::named("mish").expect_err("unknown").to_string();
        assert!(refused.contains("'mish'") && refused.contains("gelu_new"), "{refused}");
    }

    #[test]
    fn fitted_tables_are_nearer_in_the_mean() {
        let step = 1.0 / 512.0;
        let error = |table: Vec<i32>| {
            let of = |x: i32| {
                let (index, part) = (((x + 32_768) / 128) as usize, f64::from((x + 32_768) % 128) / 128.0);
                let line = f64::from(table[index]) * (1.0 - part) + f64::from(table[index + 1]) * part;
                (line / TABLE_FRACTION * step - Function::Silu.at(f64::from(x) * step)).powi(2)
            };
            (-4_000..4_000).map(of).sum::<f64>().sqrt()
        };
        let (plain, fitted) = (error(Function::Silu.table(step)), error(Function::Silu.fitted_table(step)));
        assert!(fitted < plain / 2.0, "{fitted} and {plain}");
    }

    #[test]
    fn tables_hold_the_function_at_every_128th_argument() {
        let table = Function::Gelu.table(1.0 / 4_096.0);
        assert_eq!(table.len(), 513);
        // 8 is 32768 steps, its gelu 8 too; −8 gives nothing; 1 is entry 256 + 32.
        assert_eq!((table[512], table[256], table[0]), (32_768 * 128, 0, 0));
        assert_eq!(table[288], (0.841_344_746 * 4_096.0 * 128.0f64).round() as i32);
    }
}
