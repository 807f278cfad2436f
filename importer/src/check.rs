//! Looks for all that keeps a file from being imported, instead of stopping at the first, and for whether the chain would
//! take what comes out.
//!
//! What a refused node gives has a stand-in of its shape where that is known, so that the nodes after it are looked at, too.
//! A node that reads a stand-in is only at fault if it can't be lowered whatever gives its input.

use std::collections::HashMap;

use crate::{
    end::{end, input_quantization, End},
    error::ImportError,
    float_run::expect_runnable,
    import::in_rows,
    large::registered,
    lowered::Lowered,
    lowering::Lowering,
    onnx::{self, Node},
    operators,
    prepare::{is_float, survey, Prepared},
    ranges::Ranges,
    room::Room,
    rows::RowsModel,
    shape_guess::guess,
    stand_in,
    standard::is_quantization,
    walk::step,
};

/// How large a model of rows is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowsSize {
    /// Bytes of its graph.
    pub model_bytes: usize,
    /// Bytes of its parameters.
    pub blob_bytes: u64,
    /// MAC of a sample.
    pub work: u64,
}

impl RowsSize {
    fn of(rows: &RowsModel) -> Self {
        let model = rows.model();
        let (encoded, work) = (model.model(), model.mac(1));
        Self { model_bytes: encoded.to_bytes().len(), blob_bytes: encoded.blob.length, work }
    }
}

/// What keeps a file from being imported, and what the chain would take of it.
#[derive(Debug)]
pub struct Check {
    /// All that is wrong, in the order of the file.
    pub faults: Vec<ImportError>,
    /// All that is too large for a model that is verified in its call, as far as the faults let it be known. If this is all, it
    /// could be one whose executions are claimed.
    pub large: Vec<ImportError>,
    /// How many samples a task may have; none if it can't be verified in its call.
    pub room: Option<Room>,
    /// What it is as a model of rows, if that is what it would be.
    pub rows: Option<RowsSize>,
    /// Whether it is a file in floats that no samples were given for: importing it needs some.
    pub needs_samples: bool,
}

impl Check {
    /// A file of which only this is known.
    pub fn failed(fault: ImportError) -> Self {
        Self { faults: vec![fault], large: vec![], room: None, rows: None, needs_samples: false }
    }
}

/// Checks a file. Without ranges, the tensors of a file in floats are taken to have some that suit.
pub fn check(model: &onnx::Model, arg_max: bool, ranges: Option<&Ranges>) -> Check {
    let (prepared, mut faults) = survey(model);
    let Some(prepared) = prepared else {
        return Check { faults, large: vec![], room: None, rows: None, needs_samples: false };
    };
    let needs_samples = ranges.is_none() && is_float(&prepared);
    let lowering = Lowering::despite(&prepared, ranges, needs_samples, &mut faults);
    let found = match lowering {
        Ok(lowering) => Look::new(lowering, &prepared, faults).through(&prepared, arg_max),
        Err(fault) => {
            faults.push(fault);
            Found { faults, ..Found::default() }
        }
    };
    let Found { faults, room, rows } = found;
    let (large, faults) = faults.into_iter().partition(|fault| matches!(fault, ImportError::Large(_)));
    Check { faults, large, room, rows, needs_samples }
}

/// What a look found.
#[derive(Default)]
struct Found {
    faults: Vec<ImportError>,
    room: Option<Room>,
    rows: Option<RowsSize>,
}

impl From<Vec<ImportError>> for Found {
    fn from(faults: Vec<ImportError>) -> Self {
        Self { faults, ..Self::default() }
    }
}

/// The walk that goes on.
struct Look<'a> {
    lowering: Lowering<'a>,
    /// Names that a refused node gives, or one that reads such a name, with the shape of a sample where it is known.
    refused: HashMap<String, Option<Vec<u32>>>,
    faults: Vec<ImportError>,
}

impl<'a> Look<'a> {
    fn new(lowering: Lowering<'a>, prepared: &Prepared, faults: Vec<ImportError>) -> Self {
        let unread = faults.iter().filter_map(|fault| match fault {
            ImportError::Constant { name, .. } => Some(name),
            _ => None,
        });
        let refused = unread.chain(&prepared.others).map(|name| (name.clone(), None)).collect();
        Self { lowering, refused, faults }
    }

    /// Looks at every node and the end; then at what came out, if nothing is wrong.
    fn through(mut self, prepared: &Prepared, arg_max: bool) -> Found {
        let Some(end) = self.end(prepared, arg_max) else {
            self.faults.extend(self.lowering.widest.refusal());
            return self.faults.into();
        };
        if let Err(fault) = input_quantization(&self.lowering) {
            return vec![fault].into();
        }
        // Calibration will run it.
        if self.lowering.emitter.rehearsal {
            if let Err(fault) = expect_runnable(prepared, &self.lowering) {
                return vec![fault].into();
            }
        }
        let widest = std::mem::take(&mut self.lowering.widest);
        let mut emitter = self.lowering.emitter;
        let in_call = match end.in_order(&mut emitter) {
            Ok(last) => registered(&emitter.model(last), &widest),
            Err(fault) => Err(std::iter::once(fault).chain(widest.refusal()).collect()),
        };
        let mut faults = match in_call {
            Ok(room) => return Found { room: Some(room), ..Found::default() },
            Err(faults) => faults,
        };
        // What is only too large can be claimed instead, if rows have all that it needs.
        if !faults.iter().all(|fault| matches!(fault, ImportError::Large(_))) {
            return faults.into();
        }
        match in_rows(&emitter, &end) {
            Ok(rows) => Found { faults, rows: Some(RowsSize::of(&rows)), room: None },
            Err(fault) => {
                faults.push(fault);
                faults.into()
            }
        }
    }

    /// What gives the output, if nothing is wrong.
    fn end(&mut self, prepared: &Prepared, arg_max: bool) -> Option<End> {
        for node in &prepared.graph.node {
            // Every further node would only be too much.
            if self.lowering.emitter.is_full() && !self.faults.is_empty() {
                return None;
            }
            self.look(prepared, node);
        }
        if self.refused.contains_key(&prepared.output) {
            return None;
        }
        match end(&mut self.lowering, &prepared.output, arg_max) {
            Ok(end) => Some(end).filter(|_| self.faults.is_empty()),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    fn look(&mut self, prepared: &Prepared, node: &Node) {
        let reads_refused = node.input.iter().any(|name| self.refused.contains_key(name));
        let lowered = match reads_refused {
            false => step(&mut self.lowering, node).map(|_| None),
            true => self.look_behind(node).map(Some),
        };
        let shape = match lowered {
            Ok(None) => return,
            Ok(Some(shape)) => shape,
            Err(why) => {
                self.faults.push(ImportError::Node { node: node.label(), why });
                None
            }
        };
        for name in node.output.iter().filter(|name| !name.is_empty()) {
            let known = prepared.shapes.get(name).cloned().or_else(|| shape.clone());
            let shape = known.or_else(|| guess(node, &|name| self.shape(name)));
            self.refused.insert(name.clone(), shape);
        }
    }

    /// The shape of a sample of what a name stands for, or would.
    fn shape(&self, name: &str) -> Option<Vec<u32>> {
        match self.refused.get(name) {
            Some(shape) => shape.clone(),
            None => self.lowering.shape_of(name).map(<[u32]>::to_vec),
        }
    }

    /// Looks at a node behind a refused one: the shape that it gives, where that is known.
    fn look_behind(&mut self, node: &Node) -> Lowered<Option<Vec<u32>>> {
        operators::expect_known(node)?;
        if is_quantization(node) {
            let shape = node.input.first().and_then(|name| self.shape(name));
            let is_activation = shape.is_some();
            let parameters = node.input.get(1..).unwrap_or_default();
            if is_activation && parameters.iter().all(|name| !self.refused.contains_key(name)) {
                operators::expect_quantization(&self.lowering, node)?;
            }
            return Ok(shape);
        }
        let names: Vec<&String> = node.input.iter().filter(|name| self.refused.contains_key(*name)).collect();
        let shapes: Option<Vec<_>> = names.iter().map(|name| self.shape(name)).collect();
        let Some(shapes) = shapes else { return Ok(None) };
        let mut first = None;
        for kind in stand_in::KINDS {
            for (name, shape) in names.iter().zip(&shapes) {
                let value = stand_in::stand_in(&mut self.lowering.emitter, kind, shape)?;
                self.lowering.give_value((*name).clone(), value);
            }
            match step(&mut self.lowering, node) {
                Ok(_) => {
                    let output = node.output.first().and_then(|name| self.lowering.shape_of(name));
                    return Ok(output.map(<[u32]>::to_vec));
                }
                Err(why) => first = first.or(Some(why)),
            }
        }
        first.map_or(Ok(None), Err)
    }
}
