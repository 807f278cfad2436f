//! Executes models of rows on images.

use millrace_importer::{Commitment, Executable, Parameters, RowsModel};

use super::{
    commitment::state,
    progress::{steps, working},
};

/// What a model gives for each of these images, one after the other, so that memory is that of one.
pub(super) fn outputs(model: &RowsModel, images: &[Vec<u8>]) -> Result<Vec<Vec<i32>>, String> {
    let executable = prepared(model)?;
    let of = |done: &dyn Fn(), image: &Vec<u8>| {
        let output = executable.output(image).map_err(|why| why.to_string());
        done();
        output
    };
    steps("executing", images.len(), |done| images.iter().map(|image| of(done, image)).collect())
}

/// What a miner commits to when it executes a model on an image.
pub(super) fn commit(model: &RowsModel, image: &[u32]) -> Result<Commitment, String> {
    let executable = prepared(model)?;
    working("executing", || executable.commit(image)).map_err(|why| why.to_string())
}

/// A model that is ready to be executed, after what that takes was said.
fn prepared(model: &RowsModel) -> Result<Executable, String> {
    let made =
        working("preparing", || Executable::new(model.model(), Parameters::from(model.blob().to_vec())));
    let executable = made.map_err(|why| why.to_string())?;
    state(executable.memory(1));
    Ok(executable)
}
