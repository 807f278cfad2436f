//! A factor and a number to add, of what waits for its quantization: part of the rescaling that it gets then, so that nothing is
//! rounded in between.

use std::rc::Rc;

use crate::{
    lowered::Lowered,
    lowering::Lowering,
    value::{Mean, Product, Quantization, Range, Value},
};

/// `factor · x + offset`, of each channel or of all elements alike.
pub(super) struct Line {
    pub(super) factors: Vec<f64>,
    pub(super) offsets: Vec<f64>,
}

impl Line {
    /// What an operator does with a tensor at this position of its inputs and numbers at the other; none if that is no line.
    pub(super) fn of(operator: &str, at: usize, numbers: &[f64]) -> Option<Self> {
        let alike = |number: f64| vec![number; numbers.len()];
        let each = |of: fn(f64) -> f64| numbers.iter().map(|number| of(*number)).collect();
        let (factors, offsets) = match (operator, at) {
            ("Add", _) => (alike(1.0), numbers.to_vec()),
            ("Sub", 0) => (alike(1.0), each(|number| -number)),
            ("Sub", _) => (alike(-1.0), numbers.to_vec()),
            ("Mul", _) => (numbers.to_vec(), alike(0.0)),
            ("Div", 0) => (each(f64::recip), alike(0.0)),
            _ => return None,
        };
        Some(Self { factors, offsets })
    }

    /// The other sign.
    pub(super) fn negative() -> Self {
        Self { factors: vec![-1.0], offsets: vec![0.0] }
    }

    /// The factor and the offset of all elements, where these have the same and both are finite.
    fn alike(&self) -> Option<(f64, f64)> {
        let of = |numbers: &[f64]| {
            let first = *numbers.first()?;
            (first.is_finite() && numbers.iter().all(|number| *number == first)).then_some(first)
        };
        Some((of(&self.factors)?, of(&self.offsets)?))
    }

    /// A number for each of so many channels.
    fn each(numbers: &[f64], channels: usize) -> Vec<f64> {
        match numbers {
            [number] => vec![*number; channels],
            numbers => numbers.to_vec(),
        }
    }
}

/// Whether a value waits for its quantization, so that a line can become part of that.
pub(super) fn waits(value: &Value) -> bool {
    matches!(
        value,
        Value::Accumulated(_) | Value::Mean(_) | Value::Sum { .. } | Value::Product(_) | Value::Joined { .. }
    )
}

/// A line of a value that waits for its quantization; none if it can't be part of that, and may be part of a table.
pub(super) fn folded(lowering: &mut Lowering<'_>, value: Value, line: &Line) -> Lowered<Option<Value>> {
    let alike = line.alike();
    match (value, alike) {
        (Value::Accumulated(mut accumulated), _) => {
            let is_clamped = accumulated.range != Range::ALL;
            let channels = accumulated.scales.len();
            let factors = Line::each(&line.factors, channels);
            let is_open = !is_clamped || alike.is_some();
            if !is_open || !lowering.emitter.multiplied(&mut accumulated, &factors)? {
                return Ok(None);
            }
            accumulated.shift(&Line::each(&line.offsets, channels));
            if let Some((_, offset)) = alike {
                accumulated.range = accumulated.range.shifted(offset);
            }
            Ok(Some(Value::Accumulated(accumulated)))
        }
        (Value::Mean(mean), Some((factor, offset))) => Ok(Some(Value::Mean(Mean {
            factor: mean.factor * factor,
            offset: mean.offset * factor + offset,
            range: mean.range.scaled(factor).shifted(offset),
            ..mean
        }))),
        (value, Some((factor, 0.0))) => times(lowering, value, factor),
        _ => Ok(None),
    }
}

/// A number times what is made of quantized tensors: their scales take it.
fn times(lowering: &mut Lowering<'_>, value: Value, factor: f64) -> Lowered<Option<Value>> {
    let emitter = &mut lowering.emitter;
    let mut scaled = |(node, from): (u32, Quantization)| -> Lowered<(u32, Quantization)> {
        let (node, from) = if factor < 0.0 { emitter.negated((node, from))? } else { (node, from) };
        Ok((node, Quantization { scale: from.scale * factor.abs(), ..from }))
    };
    Ok(Some(match value {
        // No scale is 0.
        Value::Sum { left: (node, quantization), shape, .. }
        | Value::Product(Product { left: (node, quantization), shape, .. })
            if factor == 0.0 =>
        {
            Value::Mapped { node, shape, quantization, map: Rc::new(|_| 0.0) }
        }
        Value::Sum { left, right, shape, range } => {
            Value::Sum { left: scaled(left)?, right: scaled(right)?, shape, range: range.scaled(factor) }
        }
        Value::Product(product) => Value::Product(Product { left: scaled(product.left)?, ..product }),
        Value::Joined { parts, axis, shape } if factor != 0.0 => {
            let parts = parts.into_iter().map(scaled).collect::<Lowered<_>>()?;
            Value::Joined { parts, axis, shape }
        }
        _ => return Ok(None),
    }))
}
