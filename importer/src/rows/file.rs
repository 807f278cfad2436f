//! A model of rows as it is kept: the graph, and its parameters beside it.

use std::path::{Path, PathBuf};

use millrace_inference::rows::{limits::MAX_MODEL_BYTES, Blob, CheckedModel};

use super::RowsModel;
use crate::{
    files::{read, read_weights, write},
    metadata::Meanings,
    refusal::Refusal,
};

impl RowsModel {
    /// Reads a model and its blob, `NAME.blob` next to `NAME.millrace`, and the axes that `NAME.metadata.json` names, if it is there.
    ///
    /// # Errors
    /// [`Refusal`] of files that can't be read or don't belong together, and of parameters that are out of range.
    pub fn load(path: &Path) -> Result<Self, Refusal> {
        let encoding = read(path, MAX_MODEL_BYTES as u64)?;
        let model = CheckedModel::from_bytes(&encoding).map_err(|error| {
            refusal!("{}: {error}", path.display(); "give a file that import wrote, or import it again")
        })?;
        let file = beside(path);
        let blob = read_weights(&file)?;
        let verified = Blob::verified(&model, &blob).map_err(|error| {
            refusal!("{}: {error}", file.display(); "put the blob beside the model that was written with it")
        })?;
        expect_in_range(&file, verified, &model)?;
        let meanings = Meanings::beside(path)?;
        let [sample, answer] =
            [Meanings::sample, Meanings::answer].map(|axes| meanings.as_ref().and_then(axes));
        let read = Self { model, blob, sample, answer };
        for (own, image) in [(&read.sample, read.image()), (&read.answer, read.answer())] {
            if let (Some(own), Some(image)) = (own, image) {
                if !own.fit(image) {
                    return Err(refusal!(
                        "the metadata beside {} say that axes {own} of the file are the model's {image:?}, which can't be", path.display();
                        "put the metadata beside the model that were written with it, or import it again"
                    ));
                }
            }
        }
        Ok(read)
    }

    /// Writes both files. The model comes last, so that it is never there without its blob.
    ///
    /// # Errors
    /// [`Refusal`] of a place that can't be written to.
    pub fn save(&self, path: &Path) -> Result<(), Refusal> {
        expect_other_name(path, &beside(path))?;
        write(&beside(path), &self.blob)?;
        write(path, &self.model.model().to_bytes())
    }
}

/// # Errors
/// [`Refusal`] of a name that the model's blob needs.
pub(crate) fn expect_other_name(model: &Path, blob: &Path) -> Result<(), Refusal> {
    match model == blob {
        false => Ok(()),
        true => Err(refusal!(
            "{} is the name of the blob that goes beside the model", model.display();
            "let the model's name end otherwise, such as in .millrace"
        )),
    }
}

/// # Errors
/// [`Refusal`] of parameters that are out of range: how many they are, and where.
pub(crate) fn expect_in_range(file: &Path, blob: Blob<'_>, model: &CheckedModel) -> Result<(), Refusal> {
    let faults = blob.faults(model);
    let Some(first) = faults.first() else { return Ok(()) };
    let all: u64 = faults.iter().map(|fault| fault.count).sum();
    let nodes: Vec<String> =
        faults.iter().map(|fault| format!("{} of node {}", fault.count, fault.node)).collect();
    Err(refusal!(
        "{}: {all} parameters are out of range ({}), the first of them in entry {} of node {}",
        file.display(), nodes.join(", "), first.first, first.node;
        "don't use or offer this model, and import it again from its weights"
    ))
}

/// Where the blob of a model lies.
fn beside(path: &Path) -> PathBuf {
    path.with_extension("blob")
}
