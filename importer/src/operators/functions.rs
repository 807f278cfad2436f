//! Functions of one number that become lookup tables.

use std::rc::Rc;

use crate::{onnx::Node, value::Map};

/// The function of an ONNX operator that maps each element by itself: NaN where it isn't defined, as in the standard.
pub(super) fn unary(node: &Node) -> Option<Map> {
    let alpha = |default: f32| f64::from(node.float("alpha", default));
    let beta = |default: f32| f64::from(node.float("beta", default));
    Some(match node.op_type.as_str() {
        "Sigmoid" => Rc::new(sigmoid),
        "Tanh" => Rc::new(f64::tanh),
        "Gelu" if !matches!(node.text("approximate").as_deref(), None | Some("none" | "tanh")) => {
            return None
        }
        "Gelu" if node.text("approximate").as_deref() == Some("tanh") => Rc::new(|x| {
            let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x * x * x);
            0.5 * x * (1.0 + inner.tanh())
        }),
        "Gelu" => Rc::new(|x| 0.5 * x * (1.0 + erf(x / std::f64::consts::SQRT_2))),
        "Erf" => Rc::new(erf),
        "LeakyRelu" => {
            let slope = alpha(0.01);
            Rc::new(move |x| if x < 0.0 { slope * x } else { x })
        }
        "Elu" => {
            let scale = alpha(1.0);
            Rc::new(move |x: f64| if x < 0.0 { scale * x.exp_m1() } else { x })
        }
        "Selu" => {
            let (slope, scale) = (alpha(1.673_263_2), f64::from(node.float("gamma", 1.050_701)));
            Rc::new(move |x: f64| scale * if x < 0.0 { slope * x.exp_m1() } else { x })
        }
        "Celu" => {
            let scale = alpha(1.0);
            Rc::new(move |x: f64| if x < 0.0 { scale * (x / scale).exp_m1() } else { x })
        }
        "ThresholdedRelu" => {
            let least = alpha(1.0);
            Rc::new(move |x: f64| if x > least { x } else { 0.0 })
        }
        "HardSigmoid" => {
            let (slope, offset) = (alpha(0.2), beta(0.5));
            Rc::new(move |x: f64| (slope * x + offset).clamp(0.0, 1.0))
        }
        "HardSwish" => Rc::new(|x: f64| x * (x / 6.0 + 0.5).clamp(0.0, 1.0)),
        "Softplus" => Rc::new(|x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p()),
        "Softsign" => Rc::new(|x: f64| x / (1.0 + x.abs())),
        "Mish" => Rc::new(|x: f64| x * (x.max(0.0) + (-x.abs()).exp().ln_1p()).tanh()),
        "Exp" => Rc::new(f64::exp),
        "Log" => Rc::new(f64::ln),
        "Reciprocal" => Rc::new(f64::recip),
        "Sin" => Rc::new(f64::sin),
        "Cos" => Rc::new(f64::cos),
        "Floor" => Rc::new(f64::floor),
        "Ceil" => Rc::new(f64::ceil),
        "Round" => Rc::new(f64::round_ties_even),
        "Sign" => Rc::new(|x: f64| if x == 0.0 { 0.0 } else { x.signum() }),
        "Abs" => Rc::new(f64::abs),
        "Neg" => Rc::new(|x: f64| -x),
        "Sqrt" => Rc::new(f64::sqrt),
        _ => return None,
    })
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The error function by its Maclaurin series, and by the asymptotic value where it is 1 to the last bit that
/// a table of 256 entries could show. Terms alternate and shrink; 60 of them are exact to 1e-12 below 4.
fn erf(x: f64) -> f64 {
    if x.abs() > 4.0 {
        return x.signum();
    }
    let mut term = x;
    let mut sum = x;
    for n in 1..80 {
        let n = f64::from(n);
        term *= -x * x / n;
        sum += term / (2.0 * n + 1.0);
    }
    2.0 / std::f64::consts::PI.sqrt() * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_function_has_its_known_values() {
        for (x, expected) in [
            (0.0, 0.0),
            (0.5, 0.520_499_877_8),
            (1.0, 0.842_700_792_9),
            (-2.0, -0.995_322_265_0),
            (3.5, 0.999_999_256_9),
        ] {
            assert!((erf(x) - expected).abs() < 1e-9, "erf({x}) = {}", erf(x));
        }
    }
}
