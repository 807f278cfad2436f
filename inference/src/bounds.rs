//! What registration must know for the verification to be sound: no accumulator overflows, and no paid work
//! escapes the trace.

use alloc::vec::Vec;

use crate::{
    model::{Model, Node},
    shapes::TWO_31,
    trace::width_of_bound,
    CheckedModel, ModelError, ModelFault,
};

impl CheckedModel {
    /// `128·Σ|W| + |bias| < 2³¹` for every row of every linear operator: no accumulator overflows, and the
    /// soundness of the verification rests on it. Learns on the way how wide each operator's can become.
    pub(crate) fn check_accumulators(&mut self) -> Result<(), ModelError> {
        let mut widths = Vec::new();
        let mut bounds: Vec<Vec<u64>> = alloc::vec![Vec::new(); self.model.nodes.len()];
        for (index, node) in self.model.nodes.iter().enumerate() {
            let at = |row: usize, got| ModelError::Node {
                node: u32::try_from(index).unwrap_or(u32::MAX),
                fault: ModelFault::Accumulator { row: u32::try_from(row).unwrap_or(u32::MAX), got },
            };
            match node {
                Node::Linear { parameters, .. }
                | Node::Conv2d { parameters, .. }
                | Node::DepthwiseConv2d { parameters, .. } => {
                    let rows = match self.tensors.get(index) {
                        Some(tensor) if matches!(node, Node::Linear { .. }) => tensor.last_axis(),
                        Some(tensor) => tensor.first_axis(),
                        None => continue,
                    };
                    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
                    let m = parameters.len().checked_div(rows).unwrap_or(0).max(1);
                    let rows: Vec<u64> = parameters
                        .chunks(m)
                        .map(|row| {
                            let sum =
                                row.iter().fold(0u64, |sum, w| sum.saturating_add(w.unsigned_abs().into()));
                            sum.saturating_mul(128)
                        })
                        .collect();
                    if let Some((row, bound)) = rows.iter().enumerate().find(|(_, bound)| **bound >= TWO_31) {
                        return Err(at(row, *bound));
                    }
                    if !matches!(node, Node::DepthwiseConv2d { .. }) {
                        widths.push(width_of_bound(rows.iter().copied().max().unwrap_or(0)));
                    }
                    if let Some(slot) = bounds.get_mut(index) {
                        *slot = rows;
                    }
                }
                Node::Requantize { input, channels, .. } => {
                    let position = usize::try_from(*input).unwrap_or(usize::MAX);
                    let Some(rows) = bounds.get(position) else { continue };
                    for (row, (bound, channel)) in rows.iter().zip(channels).enumerate() {
                        let bound = bound.saturating_add(channel.bias.unsigned_abs().into());
                        if bound >= TWO_31 {
                            return Err(at(row, bound));
                        }
                    }
                }
                _ => {}
            }
        }
        for (layer, width) in self.profile.layers.iter_mut().zip(widths) {
            layer.width = width;
        }
        Ok(())
    }
}

/// A trace must depend on every depthwise convolution: work that no later operator's accumulators show would
/// be paid without being done.
pub(crate) fn expect_traced(model: &Model) -> Result<(), ModelError> {
    let mut shown = alloc::vec![false; model.nodes.len()];
    for (index, node) in model.nodes.iter().enumerate().rev() {
        let here = shown.get(index).copied().unwrap_or(false);
        if matches!(node, Node::DepthwiseConv2d { .. }) && !here {
            let node = u32::try_from(index).unwrap_or(u32::MAX);
            return Err(ModelError::Node { node, fault: ModelFault::Untraced });
        }
        if here || matches!(node, Node::Linear { .. } | Node::Conv2d { .. }) {
            for read in node.reads() {
                let read = usize::try_from(read).unwrap_or(usize::MAX);
                if let Some(slot) = shown.get_mut(read) {
                    *slot = true;
                }
            }
        }
    }
    Ok(())
}
