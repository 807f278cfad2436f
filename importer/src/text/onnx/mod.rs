//! Text models from ONNX files, as optimum and PyTorch export them.
//!
//! 1. [`prepare`] makes the graph simple, [`data`] reads the weights that lie in files beside it, and [`constants`] what a few
//!    nodes make of weights.
//! 2. [`walk`] finds what the graph does with its weights, and [`names`] gives them the names of a checkpoint. The float
//!    model is then made of them as from safetensors.
//! 3. [`run`] executes the graph on short texts, and [`check`] holds the float model against what it gives. So a graph that
//!    does something else is refused, as far as these texts show it.

mod check;
mod constants;
mod data;
mod names;
mod prepare;
mod room;
mod run;
mod walk;

use std::{cell::Cell, collections::HashSet, path::Path};

use self::{
    constants::{turned, Constants},
    names::Places,
    prepare::prepare,
    run::Executable,
    walk::walk,
};
use super::{
    tensors::{expect_finite, expect_shape, missing, Tensors},
    Bert, Config, Llama, LlamaConfig, Naming,
};
use crate::{
    onnx::{Graph, Model, Node},
    refusal::Refusal,
};

/// A graph and its weights.
pub struct Exported {
    /// All but the graph.
    file: Model,
    graph: Graph,
    /// Bytes of the file and of those beside it.
    bytes: usize,
}

impl Exported {
    /// What the bytes of an ONNX file in this folder are, and what it names in files beside it.
    ///
    /// # Errors
    /// [`Refusal`] of other bytes, of operators that are fused, quantized or the file's own, and of files that can't be read.
    pub fn new(bytes: Vec<u8>, folder: &Path) -> Result<Self, Refusal> {
        let mut file = Model::from_bytes(&bytes, folder).map_err(|_| {
            refusal!(
                "this is no whole ONNX file with a graph, or its graph has more entries than any needs";
                "download the file again, or export the model anew"
            )
        })?;
        let length = bytes.len();
        drop(bytes);
        let mut graph = file.graph.take().unwrap_or_default();
        prepare(&mut graph)?;
        let standard = |domain: &str| matches!(domain, "" | "ai.onnx");
        let defined = file.functions.iter().filter(|function| standard(&function.domain));
        let defined: HashSet<&str> = defined.map(|function| function.name.as_str()).collect();
        for node in &graph.node {
            expect_plain(node, &defined)?;
        }
        let beside = data::read_in(&mut graph, folder)?;
        let bytes = usize::try_from(beside).unwrap_or(usize::MAX).saturating_add(length);
        Ok(Self { file, graph, bytes })
    }

    /// The encoder that the graph is.
    ///
    /// # Errors
    /// [`Refusal`] of a graph that isn't the encoder of this configuration.
    pub fn bert(self, config: Config) -> Result<Bert, Refusal> {
        let constants = Constants::new(&self.graph);
        let walked = walk(&self.graph, &constants, config.width, &[config.width, config.inner]);
        let places = names::encoder(&walked, &constants, &config)?;
        let bert = Bert::new(config, &self.tensors(constants, places))?;
        check::encoder(&self.executable()?, &bert)?;
        Ok(bert)
    }

    /// The decoder that the graph is.
    ///
    /// # Errors
    /// [`Refusal`] of a graph that isn't the decoder of this configuration.
    pub fn llama(self, config: LlamaConfig) -> Result<Llama, Refusal> {
        let constants = Constants::new(&self.graph);
        let inputs = [config.width, config.inner, config.heads * config.head];
        let walked = walk(&self.graph, &constants, config.width, &inputs);
        let places = names::decoder(&walked, &constants, &config)?;
        let llama = Llama::new(config, &self.tensors(constants, places), Naming::Transformers)?;
        check::decoder(&self.executable()?, &llama)?;
        Ok(llama)
    }

    fn tensors<'a>(&self, constants: Constants<'a>, places: Places) -> Named<'a> {
        Named { constants, places, left: Cell::new(self.bytes.saturating_mul(2)) }
    }

    fn executable(self) -> Result<Executable, Refusal> {
        Executable::new(Model { graph: Some(self.graph), ..self.file }, self.bytes)
    }
}

/// # Errors
/// [`Refusal`] of an operator that isn't a plain one of the standard, on floats, or that the file defines.
fn expect_plain(node: &Node, defined: &HashSet<&str>) -> Result<(), Refusal> {
    if !matches!(node.domain.as_str(), "" | "ai.onnx") {
        return Err(refusal!(
            "{} is a fused operator of the domain {}", node.label(), node.domain;
            "take the file that was exported without optimization, or import the model from safetensors"
        ));
    }
    if defined.contains(node.op_type.as_str()) {
        return Err(refusal!(
            "{} is a function that the file defines", node.label();
            "inline it with onnx.inliner.inline_local_functions"
        ));
    }
    if ["If", "Loop", "Scan"].contains(&node.op_type.as_str()) {
        return Err(refusal!(
            "{} chooses what is executed only then", node.label();
            "take the file that wasn't merged, mostly decoder_model.onnx, or export the model with --no-post-process"
        ));
    }
    let computes_in_integers =
        ["DynamicQuantizeLinear", "QuantizeLinear", "MatMulInteger", "QLinearMatMul", "ConvInteger"];
    if computes_in_integers.contains(&node.op_type.as_str()) {
        return Err(refusal!(
            "{} quantizes what is computed", node.label();
            "take the float file that it was made from, mostly model.onnx in the same folder"
        ));
    }
    Ok(())
}

/// A graph's constants by the names of a checkpoint.
struct Named<'a> {
    constants: Constants<'a>,
    places: Places,
    /// Numbers that may still be read: a file's tensors have no more than bytes, and a table may be a decoder's head as well.
    /// More would be tensors that are read again and again.
    left: Cell<usize>,
}

impl Tensors for Named<'_> {
    fn names(&self) -> Vec<&str> {
        self.places.keys().map(String::as_str).collect()
    }

    fn numbers(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Refusal> {
        let place = self.places.get(name).ok_or_else(|| missing(name))?;
        let mut found = self.constants.shape(&place.constant).unwrap_or_default();
        if place.is_turned {
            found.reverse();
        }
        if shape.len() == 1 {
            // A vector may have further axes of one.
            found.retain(|axis| *axis != 1 || shape == [1]);
        }
        expect_shape(name, &found, shape)?;
        let left = self.left.get().checked_sub(shape.iter().product());
        self.left.set(left.ok_or_else(|| {
            refusal!(
                "the graph reads the same tensors for many layers";
                "don't trust this file, and export the model yourself"
            )
        })?);
        let about = |refusal: Refusal| refusal.about(&format!("the tensor {name}:"));
        let (_, numbers) = self.constants.numbers(&place.constant).map_err(about)?;
        let numbers = match (place.is_turned, shape) {
            (true, [rows, columns]) => turned(&numbers, *columns, *rows),
            _ => numbers,
        };
        expect_finite(name, numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::{Tensor, INT8};

    #[test]
    fn tensors_arent_read_again_and_again() {
        let tensor = Tensor {
            name: "w".into(),
            dims: vec![2, 1],
            data_type: INT8,
            raw_data: vec![1, 2],
            ..Tensor::default()
        };
        let graph = Graph { initializer: vec![tensor], ..Graph::default() };
        let place = |is_turned| names::Place { constant: "w".into(), is_turned };
        let places = Places::from([("a".into(), place(false)), ("b".into(), place(true))]);
        let named = Named { constants: Constants::new(&graph), places, left: Cell::new(5) };
        assert_eq!(named.numbers("a", &[2, 1]), Ok(vec![1.0, 2.0]));
        assert_eq!(named.numbers("b", &[1, 2]), Ok(vec![1.0, 2.0]));
        let message = named.numbers("a", &[2]).expect_err("read twice").to_string();
        assert!(message.contains("the same tensors for many layers"), "{message}");
        assert!(named
            .numbers("b", &[2, 1])
            .expect_err("turned")
            .to_string()
            .contains("shape [1, 2], expected [2, 1]"));
        assert!(named.numbers("c", &[1]).expect_err("missing").to_string().contains("no tensor c"));
    }
}
