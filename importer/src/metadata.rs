//! What an imported model is, for people: the file that goes with it to the chain, where a stranger learns from it what the
//! bytes mean.

use std::path::Path;

use millrace_inference::CheckedModel;
use serde::{Deserialize, Serialize};

use crate::{
    axes::{Axes, VERBS},
    files::read,
    integers::Integers,
    refusal::Refusal,
    rows::RowsModel,
    value::Quantization,
};

/// Most bytes that the chain keeps of a model's metadata. As JSON they take a little more.
const MAX_BYTES: usize = 32 * 1024;

/// The longest file of metadata that is read: many times those that the chain keeps.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// What a person says of a model.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// What people call it.
    pub name: String,
    /// The licence of its parameters: an SPDX expression or an address.
    pub licence: String,
    /// What an element of its input is.
    pub input: String,
    /// What an element of its output is.
    pub output: String,
    /// What its classes are called, in order.
    pub labels: Vec<String>,
}

impl Words {
    /// # Errors
    /// What is refused whatever the model is, and what to do: no name, control characters, and what import itself writes.
    pub fn check(&self) -> Result<(), String> {
        // What reads the metadata would take these for its own.
        let is_taken = |meaning: &&String| Axes::is_said(meaning) || Integers::named(meaning).is_some();
        if let Some(meaning) = [&self.input, &self.output].into_iter().find(is_taken) {
            return Err(format!(
                "{meaning:?} reads like what import itself writes of a file's axes or integers: say it in other words"
            ));
        }
        self.expect_registrable()
    }

    /// # Errors
    /// What the chain refuses: no name, and control characters.
    fn expect_registrable(&self) -> Result<(), String> {
        let texts = [&self.name, &self.licence, &self.input, &self.output];
        if let Some(text) =
            texts.into_iter().chain(&self.labels).find(|text| text.chars().any(char::is_control))
        {
            return Err(format!("{text:?} has control characters: leave them out"));
        }
        if self.name.is_empty() {
            return Err("the name is empty: give one with --name".into());
        }
        Ok(())
    }
}

/// A model's metadata, as the chain's JSON has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Metadata {
    name: String,
    licence: String,
    input: Tensor,
    output: Tensor,
    labels: Vec<String>,
}

/// What a sample's bytes mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Tensor {
    shape: Vec<u32>,
    meaning: String,
    scale: String,
    zero_point: i32,
}

impl Metadata {
    /// The metadata of a model whose input and output are quantized like this; no output quantization means indices. The file's samples
    /// have this shape, which is said where the model's is another.
    ///
    /// # Errors
    /// What the chain would refuse, and what to do: no name, control characters, too many bytes, or as many labels as neither the
    /// output's elements nor an index could name.
    pub fn new(
        model: &CheckedModel,
        sample: &[u32],
        input: Quantization,
        output: Option<Quantization>,
        words: Words,
    ) -> Result<Self, String> {
        let last = model.model().nodes.len().saturating_sub(1);
        let shape = |index| model.tensor(index).map_or(Vec::new(), |(shape, _)| shape.to_vec());
        let own = Axes::unmoved(sample.to_vec());
        let meant = if sample == shape(0) { words.input } else { own.said(&words.input, VERBS[0]) };
        let words = Words { input: meant, ..words };
        Self::of([shape(0), shape(last)], input, output, words)
    }

    /// The metadata of a model of rows, which say at the end of a meaning where the file's axes are, if its shape is another.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_rows(
        model: &RowsModel,
        input: Quantization,
        output: Option<Quantization>,
        words: Words,
    ) -> Result<Self, String> {
        let shapes = [model.image().map_or(vec![], Vec::from), model.output_shape()];
        let words = Words {
            input: meaning(words.input, model.sample_axes(), &shapes[0], VERBS[0]),
            output: meaning(words.output, model.answer_axes(), &shapes[1], VERBS[1]),
            ..words
        };
        Self::of(shapes, input, output, words)
    }

    /// The metadata of a model whose sample and its output have these shapes.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(crate) fn of(
        [samples, answers]: [Vec<u32>; 2],
        input: Quantization,
        output: Option<Quantization>,
        words: Words,
    ) -> Result<Self, String> {
        let scores = answers.iter().map(|axis| *axis as usize).product::<usize>();
        let labels = words.labels.len();
        if output.is_some() && labels > 0 && labels != scores {
            return Err(format!(
                "there are {labels} labels for {scores} outputs: give a line for each output"
            ));
        }
        words.expect_registrable()?;
        let index = Quantization { scale: 1.0, zero_point: 0 };
        let metadata = Self {
            name: words.name,
            licence: words.licence,
            input: Tensor::new(samples, words.input, input),
            output: Tensor::new(answers, words.output, output.unwrap_or(index)),
            labels: words.labels,
        };
        let bytes = metadata.to_json().len();
        if bytes > MAX_BYTES {
            return Err(format!(
                "the metadata take {bytes} bytes, and the chain keeps {MAX_BYTES}: shorten the labels"
            ));
        }
        Ok(metadata)
    }

    /// The file's text, a line.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are JSON")
    }
}

/// A meaning, and behind it where the file's axes are, if that isn't plain by a tensor's shape: it is another, or the axes could come in
/// several orders.
fn meaning(own: String, axes: Option<&Axes>, shape: &[u32], verb: &str) -> String {
    let is_plain = |axes: &Axes| match shape {
        // One element lies in one place.
        _ if shape.iter().all(|length| *length == 1) => true,
        _ if axes.shape() != shape || !axes.moves_nothing() => false,
        [rows, columns, channels] => *channels == 1 || rows * columns == 1,
        _ => true,
    };
    match axes.filter(|axes| !is_plain(axes)) {
        Some(axes) => axes.said(&own, verb),
        None => own,
    }
}

/// What a model's metadata say of the elements of its input and its output.
#[derive(Deserialize)]
#[serde(from = "Described")]
pub struct Meanings {
    pub(crate) input: String,
    pub(crate) output: String,
}

/// What is read of the JSON.
#[derive(Deserialize)]
struct Described {
    input: Meant,
    output: Meant,
}

#[derive(Deserialize)]
struct Meant {
    meaning: String,
}

impl From<Described> for Meanings {
    fn from(Described { input, output }: Described) -> Self {
        Self { input: input.meaning, output: output.meaning }
    }
}

impl Meanings {
    /// Reads metadata.
    ///
    /// # Errors
    /// [`Refusal`] of what is no JSON of metadata, and of axes that can't be read.
    pub fn read(metadata: &[u8]) -> Result<Self, Refusal> {
        let meanings: Self = serde_json::from_slice(metadata).map_err(
            |error| refusal!("these are no metadata ({error})"; "import the model again, which writes them"),
        )?;
        for meaning in [&meanings.input, &meanings.output] {
            if Axes::is_said(meaning) && Axes::split(meaning).1.is_none() {
                return Err(refusal!(
                    "the axes in the meaning {meaning:?} can't be read";
                    "put the metadata there that import wrote"
                ));
            }
        }
        Ok(meanings)
    }

    /// Reads the metadata that `import` wrote beside a model, `NAME.metadata.json` next to `NAME.millrace`; none if they aren't there.
    ///
    /// # Errors
    /// [`Refusal`] of a file that can't be read, and of one that is none of metadata.
    pub fn beside(model: &Path) -> Result<Option<Self>, Refusal> {
        let file = model.with_extension("metadata.json");
        // A link that leads nowhere is there all the same.
        if file.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            return Ok(None);
        }
        let meanings = Self::read(&read(&file, MAX_FILE_BYTES)?);
        meanings.map(Some).map_err(|why| why.about(&format!("{}:", file.display())))
    }

    /// Which integers the file reads; none if that is real numbers.
    pub fn integers(&self) -> Option<Integers> {
        Integers::named(&self.input)
    }

    /// The axes of the file's samples; none where nothing says them, since they are the model's own.
    pub fn sample(&self) -> Option<Axes> {
        Axes::split(&self.input).1
    }

    /// The axes of the file's outputs; none where nothing says them, since they are the model's own.
    pub fn answer(&self) -> Option<Axes> {
        Axes::split(&self.output).1
    }
}

impl Tensor {
    fn new(shape: Vec<u32>, meaning: String, quantization: Quantization) -> Self {
        let Quantization { scale, zero_point } = quantization;
        // The shorter way to write it, which the chain's 32 characters always hold.
        let (plain, scientific) = (scale.to_string(), format!("{scale:e}"));
        let scale = if plain.len() <= scientific.len().max(20) { plain } else { scientific };
        Self { shape, meaning, scale, zero_point: zero_point.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_inference::{Model, Node};

    fn model() -> CheckedModel {
        let nodes = vec![
            Node::Input { shape: vec![2, 1] },
            Node::Flatten { input: 0 },
            Node::Linear { input: 1, outputs: 3, parameters: vec![1; 6] },
        ];
        CheckedModel::from_bytes(&Model { nodes }.to_bytes()).expect("a sound model")
    }

    fn metadata(words: Words) -> Result<Metadata, String> {
        let at = |scale, zero_point| Quantization { scale, zero_point };
        Metadata::new(&model(), &[2, 1], at(0.5, -128), Some(at(1e-30, 3)), words)
    }

    fn words() -> Words {
        let labels = ["cat", "dog", "\"owl\""].map(String::from).to_vec();
        Words {
            name: "pets".into(),
            licence: "CC0-1.0".into(),
            input: "grey".into(),
            output: "score".into(),
            labels,
        }
    }

    #[test]
    fn the_file_has_what_the_chain_keeps() {
        let json = metadata(words()).expect("good words").to_json();
        let expected = concat!(
            r#"{"name":"pets","licence":"CC0-1.0","#,
            r#""input":{"shape":[2,1],"meaning":"grey","scale":"0.5","zeroPoint":-128},"#,
            r#""output":{"shape":[3],"meaning":"score","scale":"1e-30","zeroPoint":3},"#,
            r#""labels":["cat","dog","\"owl\""]}"#,
        );
        assert_eq!(json, expected);
    }

    #[test]
    fn the_files_own_shape_is_said_and_read() {
        let at = Quantization { scale: 1.0, zero_point: 0 };
        for (own, said) in [(&[2, 1][..], "grey"), (&[1, 2], "grey, posted as axes 1, 2 of [1, 2]")] {
            let json = Metadata::new(&model(), own, at, Some(at), words()).expect("good words").to_json();
            let read = Meanings::read(json.as_bytes()).expect("metadata");
            assert_eq!((read.input.as_str(), read.output.as_str()), (said, "score"));
            assert_eq!(
                read.sample().map(|axes| axes.shape().to_vec()),
                said.contains("axes").then(|| own.to_vec())
            );
            assert_eq!((read.answer(), read.integers()), (None, None));
        }
        for json in ["", "{}", r#"{"input":{"meaning":"grey"}}"#] {
            let why = Meanings::read(json.as_bytes()).err().expect("no metadata").to_string();
            assert!(why.contains("these are no metadata") && why.contains("import the model again"), "{why}");
        }
        let broken = r#"{"input":{"meaning":"posted as axes 2, 1 of [3, 3]."},"output":{"meaning":""}}"#;
        let why = Meanings::read(broken.as_bytes()).err().expect("unreadable axes").to_string();
        assert!(why.contains("can't be read") && why.contains("that import wrote"), "{why}");
    }

    #[test]
    fn an_index_means_itself() {
        let input = Quantization { scale: 1.0, zero_point: 0 };
        let metadata =
            Metadata::new(&model(), &[2, 1], input, None, Words { labels: vec!["a".into(); 7], ..words() });
        assert_eq!(
            metadata.map(|metadata| (metadata.output.scale, metadata.labels.len())),
            Ok(("1".into(), 7))
        );
    }

    #[test]
    fn what_the_chain_refuses_is_refused_here() {
        let refused = |words: Words| metadata(words).expect_err("refused");
        let one = Words { labels: vec!["cat".into()], ..words() };
        assert_eq!(refused(one), "there are 1 labels for 3 outputs: give a line for each output");
        assert!(refused(Words { name: String::new(), ..words() }).contains("--name"));
        for taken in ["given as axes 2, 1 of [2, 3]", "posted as the uint8 that the file reads, less 128"] {
            let why = Words { output: taken.into(), ..words() }.check().expect_err("import's own words");
            assert!(why.contains("in other words"), "{why}");
        }
        assert_eq!(words().check(), Ok(()));
        assert!(refused(Words { licence: "a\nb".into(), ..words() }).contains("control characters"));
        assert!(refused(Words { input: "x".repeat(40_000), ..words() }).contains("shorten"));
    }
}
