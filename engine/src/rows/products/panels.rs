//! Weights as the kernels read them: panels of sixteen outputs, line by line of four terms.

use super::tile::{LANES, PANELS, TERMS};

/// Four weights of each of sixteen outputs, output by output: a vector of the processor, and a line of its cache.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(in crate::rows) struct Line(pub(super) [i8; LANES * TERMS]);

/// Bytes of a panel beside its lines: its place in the list, and what the allocator needs to align it.
const PANEL_OVERHEAD: usize = size_of::<Vec<Line>>() + 2 * size_of::<Line>();

impl Line {
    const ZERO: Self = Self([0; LANES * TERMS]);
}

/// A matrix of `i8`, to whose outputs or terms more can be added. What fills up a panel or a line is zero.
#[derive(Clone)]
pub(in crate::rows) struct Panels {
    panels: Vec<Vec<Line>>,
    outputs: usize,
    terms: usize,
}

impl Panels {
    /// No outputs, of so many terms each.
    pub fn of_terms(terms: usize) -> Self {
        Self { panels: Vec::new(), outputs: 0, terms }
    }

    /// Makes room for so many more outputs, so that adding them takes no more memory than they need.
    pub fn reserve(&mut self, outputs: usize) {
        self.panels.reserve_exact(outputs.div_ceil(LANES));
    }

    /// So many outputs, of no terms.
    pub fn of_outputs(outputs: usize) -> Self {
        Self { panels: vec![Vec::new(); outputs.div_ceil(LANES)], outputs, terms: 0 }
    }

    /// Adds an output.
    pub fn push_output(&mut self, weights: &[i8]) {
        let lane = self.outputs % LANES * TERMS;
        if lane == 0 {
            self.panels.push(vec![Line::ZERO; self.terms.div_ceil(TERMS)]);
        }
        if let Some(panel) = self.panels.last_mut() {
            for (line, weights) in panel.iter_mut().zip(weights.chunks(TERMS)) {
                line.0[lane..][..weights.len()].copy_from_slice(weights);
            }
        }
        self.outputs += 1;
    }

    /// Adds a term: a weight of each output.
    pub fn push_term(&mut self, weights: &[i8]) {
        let place = self.terms % TERMS;
        for (panel, weights) in self.panels.iter_mut().zip(weights.chunks(LANES)) {
            if place == 0 {
                panel.push(Line::ZERO);
            }
            if let Some(line) = panel.last_mut() {
                for (terms, weight) in line.0.as_chunks_mut::<TERMS>().0.iter_mut().zip(weights) {
                    terms[place] = *weight;
                }
            }
        }
        self.terms += 1;
    }

    /// Outputs.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The first lines of up to three panels, those of the columns from `block` times [`COLUMNS`](super::tile::COLUMNS), as a kernel
    /// takes them. There is at least one.
    pub fn block<'a>(
        &'a self,
        block: usize,
        lines: usize,
        found: &'a mut [&'a [Line]; PANELS],
    ) -> &'a [&'a [Line]] {
        let panels = &self.panels[block * PANELS..];
        let count = panels.len().min(PANELS);
        for (found, panel) in found.iter_mut().zip(panels) {
            *found = &panel[..lines];
        }
        &found[..count]
    }

    /// Bytes that so many outputs of so many terms take, if there was room for them, with about what the allocator adds.
    pub fn bytes_of(outputs: u64, terms: u64) -> u64 {
        let panels = outputs.div_ceil(LANES as u64);
        panels * (terms.div_ceil(TERMS as u64) * size_of::<Line>() as u64 + PANEL_OVERHEAD as u64)
    }
}
