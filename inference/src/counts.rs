//! What executing and verifying each operator takes, in the counts that a chain has measured prices for.

use crate::{
    check::CheckedModel,
    kernels::CHANNELS,
    model::{Model, Node, Window},
    patches::Sweeping,
    profile::LayerShape,
    shapes::Tensor,
    trace::MAX_WIDTH,
};

impl CheckedModel {
    /// Adds what a node takes to the profile; the nodes before it were added already.
    pub(crate) fn count(&mut self, model: &Model, node: &Node, tensor: &Tensor) {
        let own = u64::from(tensor.elements);
        let operands = u32::try_from(node.reads().count()).unwrap_or(u32::MAX);
        self.profile.operands = self.profile.operands.saturating_add(operands.saturating_add(1));
        match node {
            Node::Input { .. }
            | Node::Lookup { .. }
            | Node::Add { .. }
            | Node::Flatten { .. }
            | Node::Reshape { .. } => {
                self.add(0, own);
            }
            Node::Linear { input, outputs, .. } => {
                let m = self.tensor_at(*input).map_or(1, Tensor::last_axis);
                let columns = tensor.elements.checked_div(*outputs).unwrap_or(0);
                self.profile.layers.push(LayerShape { n: *outputs, m, columns, width: MAX_WIDTH });
            }
            Node::Conv2d { input, outputs, window, parameters, .. } => {
                let m = u32::try_from(parameters.len()).ok().and_then(|count| count.checked_div(*outputs));
                let columns = tensor.elements.checked_div(*outputs).unwrap_or(0);
                self.profile.layers.push(LayerShape {
                    n: *outputs,
                    m: m.unwrap_or(1),
                    columns,
                    width: MAX_WIDTH,
                });
                self.profile.patches = self.profile.patches.saturating_add(columns.into());
                // A patch is copied line by line, and from each channel anew.
                let lines = self.patches(*input, *window).map_or(0, |patches| {
                    let [rows, _] = window.kernel;
                    let of_channel = u64::from(rows.min(patches.height)).saturating_add(1);
                    of_channel.saturating_mul(patches.channels.into())
                });
                self.add(lines.saturating_mul(columns.into()), 0);
            }
            Node::DepthwiseConv2d { input, window, parameters, .. } => {
                let [rows, columns] = window.kernel;
                let macs = own.saturating_mul(rows.into()).saturating_mul(columns.into());
                self.profile.depthwise = self.profile.depthwise.saturating_add(macs);
                let parameters = u64::try_from(parameters.len()).unwrap_or(u64::MAX);
                self.profile.slice_runs = self.profile.slice_runs.saturating_add(parameters);
                let sweeping = self.sweep(*input, *window);
                self.add(sweeping.runs, 0);
            }
            Node::MaxPool2d { input, window } => {
                let sweeping = self.sweep(*input, *window);
                self.add(sweeping.runs, sweeping.steps);
            }
            Node::AveragePool2d { input, window } => {
                let sweeping = self.sweep(*input, *window);
                // Each row of sums is divided once they are all there.
                let rows = self.patches(*input, *window).map_or(1, |patches| patches.columns);
                let rows = own.checked_div(rows.into()).unwrap_or(own);
                self.add(sweeping.runs.saturating_add(rows), sweeping.steps);
                self.profile.quotients = self.profile.quotients.saturating_add(own);
            }
            Node::Requantize { input, channels, .. } => {
                let channels = u64::try_from(channels.len()).unwrap_or(u64::MAX).max(1);
                let tiles = channels.div_ceil(u64::try_from(CHANNELS).unwrap_or(u64::MAX));
                let position = usize::try_from(*input).unwrap_or(usize::MAX);
                let rows = match model.nodes.get(position) {
                    Some(Node::Linear { .. }) => own.div_ceil(channels).saturating_mul(tiles),
                    _ => channels,
                };
                self.add(rows, own);
            }
            Node::Concat { inputs, axis } => {
                let runs = inputs.iter().filter_map(|input| self.tensor_at(*input)).map(|read| {
                    let run = u64::try_from(read.run(usize::from(*axis))).unwrap_or(u64::MAX);
                    u64::from(read.elements).div_ceil(run.max(1))
                });
                let runs = runs.fold(0, u64::saturating_add);
                self.add(runs, own);
            }
            Node::ArgMax { input } => {
                let read = self.tensor_at(*input).map_or(0, |read| read.elements);
                self.add(own, read.into());
            }
        }
    }

    fn add(&mut self, runs: u64, elements: u64) {
        self.profile.runs = self.profile.runs.saturating_add(runs);
        self.profile.elements = self.profile.elements.saturating_add(elements);
    }

    /// What sweeping a window over a tensor takes of each sample; what it takes of each slice is added.
    fn sweep(&mut self, input: u32, window: Window) -> Sweeping {
        let none = Sweeping { runs: 0, steps: 0, reaches: 0, bytes: 0 };
        let sweeping = self.patches(input, window).map_or(none, |patches| patches.sweeping());
        self.profile.slice_runs = self.profile.slice_runs.saturating_add(sweeping.reaches);
        sweeping
    }

    fn tensor_at(&self, read: u32) -> Option<&Tensor> {
        self.tensors.get(usize::try_from(read).ok()?)
    }
}
