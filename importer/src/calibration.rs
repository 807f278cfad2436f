//! What calibration makes of the numbers that it sees.

use std::{fmt, str::FromStr};

/// Which range of the numbers of a tensor its 8 bits cover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Calibration {
    /// All that come up. A single sample out of the ordinary makes all others coarse.
    MinMax,
    /// All but a ten-thousandth on either side.
    Percentile,
    /// The range on which samples lose the least of their squares, on average. One out of the ordinary weighs as any other.
    #[default]
    LeastSquares,
}

impl Calibration {
    /// Each with the name that a command line has for it.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::MinMax, "min-max"), (Self::Percentile, "percentile"), (Self::LeastSquares, "mse")];
}

impl fmt::Display for Calibration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(calibration, _)| calibration == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}

impl FromStr for Calibration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        found
            .map(|(calibration, _)| *calibration)
            .ok_or_else(|| format!("'{text}' is no way to calibrate; give min-max, percentile or mse"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        for (calibration, name) in Calibration::ALL {
            assert_eq!((calibration.to_string().as_str(), name.parse()), (name, Ok(calibration)));
        }
        assert!("entropy"
            .parse::<Calibration>()
            .expect_err("unknown")
            .contains("min-max, percentile or mse"));
    }
}
