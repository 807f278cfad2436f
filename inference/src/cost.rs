use crate::{model::Node, verify::LinearCheck, CheckedModel};

/// What verifying a trace takes, counted from the model and the batch alone. The chain's weight of a
/// verification is a benchmarked function of these counts; nobody declares them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// 64-bit multiply-adds of Freivalds' check, or 32-bit ones of a recomputation.
    pub multiply_adds: u64,
    /// Hashes of 40 bytes: one a row that Freivalds checks.
    pub hashes: u64,
    /// Elements computed by operators that are not linear.
    pub elements: u64,
    /// Bytes read: model, input and trace.
    pub bytes: u64,
}

impl Cost {
    pub(crate) fn of(model: &CheckedModel, samples: u32) -> Self {
        let n_samples = u64::from(samples);
        let mut cost = Self::default();
        for (index, (node, tensor)) in model.model.nodes.iter().zip(&model.tensors).enumerate() {
            let elements = n_samples.saturating_mul(tensor.elements.into());
            match (node, model.linear_dimensions(index)) {
                (Node::Linear { .. }, Some((n, m, columns))) => {
                    let (n, m) = (u64::from(n), u64::from(m));
                    let columns = n_samples.saturating_mul(columns.into());
                    let check = LinearCheck::choose(n, m, columns);
                    cost.multiply_adds =
                        cost.multiply_adds.saturating_add(check.multiply_adds(n, m, columns));
                    if check == LinearCheck::Freivalds {
                        cost.hashes = cost.hashes.saturating_add(n);
                    }
                }
                _ => cost.elements = cost.elements.saturating_add(elements),
            }
        }
        let model_bytes = u64::try_from(codec::Encode::encoded_size(&model.model)).unwrap_or(u64::MAX);
        cost.bytes = model_bytes
            .saturating_add(1)
            .saturating_add(n_samples.saturating_mul(model.sample_bytes().into()))
            .saturating_add(model.trace_bytes(samples));
        cost
    }
}
