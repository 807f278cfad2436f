//! Elements that come up several times, or with zeros between them: a tensor joined to itself.

use millrace_inference::{limits::MAX_CONCAT, Node};

use crate::{emit::Emitter, lowered::Lowered, value::Quantization};

/// What comes between neighbours where rows and columns are moved apart.
#[derive(Clone, Copy)]
pub(crate) enum Between {
    /// The same element again.
    Repeated,
    /// The integer of zero.
    Zeros(Quantization),
}

impl Emitter {
    /// A tensor repeated along its axes of length 1, to a shape of as many axes; none if the others differ.
    pub(crate) fn broadcast(&mut self, node: u32, from: &[u32], to: &[u32]) -> Lowered<Option<u32>> {
        if from.len() != to.len() || from.iter().zip(to).any(|(own, wanted)| own != wanted && *own != 1) {
            return Ok(None);
        }
        let mut repeated = node;
        for (axis, (own, wanted)) in from.iter().zip(to).enumerate() {
            if own != wanted {
                repeated = self.repeated(repeated, axis as u8, *wanted)?;
            }
        }
        Ok(Some(repeated))
    }

    /// A tensor joined to itself so many times.
    fn repeated(&mut self, node: u32, axis: u8, count: u32) -> Lowered<u32> {
        let most = MAX_CONCAT as u32;
        let mut parts = Vec::new();
        let (mut part, mut left) = (node, count);
        // Digits of the count, in the base of what one concatenation takes.
        while left > 0 {
            let digit = left % most;
            parts.extend(vec![part; digit as usize]);
            left /= most;
            if left > 0 {
                part = self.push(Node::Concat { inputs: vec![part; MAX_CONCAT], axis })?;
            }
        }
        self.joined(parts, axis)
    }

    /// Tensors one after the other, in as many steps as that takes.
    pub(crate) fn joined(&mut self, mut parts: Vec<u32>, axis: u8) -> Lowered<u32> {
        while parts.len() > 1 {
            let mut joined = Vec::new();
            for inputs in parts.chunks(MAX_CONCAT) {
                joined.push(match inputs {
                    [one] => *one,
                    inputs => self.push(Node::Concat { inputs: inputs.to_vec(), axis })?,
                });
            }
            parts = joined;
        }
        parts
            .first()
            .copied()
            .ok_or_else(|| refusal!("it repeats a tensor no times"; "export the model again"))
    }

    /// An image whose rows and columns are moved apart: each pixel becomes one of so many rows and columns.
    pub(crate) fn stretched(
        &mut self,
        node: u32,
        [channels, rows, columns]: [u32; 3],
        [down, across]: [u32; 2],
        between: Between,
    ) -> Lowered<u32> {
        let pixels = [channels.saturating_mul(rows), columns, 1];
        let mut at = self.reshape(node, &pixels)?;
        at = self.spread(at, 2, across, between)?;
        let wide = columns.saturating_mul(across);
        at = self.reshape(at, &[channels.saturating_mul(rows), 1, wide])?;
        at = self.spread(at, 1, down, between)?;
        self.reshape(at, &[channels, rows.saturating_mul(down), wide])
    }

    /// Each element of an axis of length 1 followed by what comes between.
    fn spread(&mut self, node: u32, axis: u8, times: u32, between: Between) -> Lowered<u32> {
        if times <= 1 {
            return Ok(node);
        }
        let other = match between {
            Between::Repeated => node,
            Between::Zeros(quantization) => {
                self.push(Node::Lookup { input: node, table: vec![quantization.zero_point; 256] })?
            }
        };
        let mut inputs = vec![other; times as usize];
        if let Some(first) = inputs.first_mut() {
            *first = node;
        }
        self.joined(inputs, axis)
    }
}
