//! Executes models of rows on images.

use millrace_importer::{Executable, RowsModel};

use super::progress::{steps, working};

/// What a model gives for each of these images, one after the other, so that memory is that of one.
pub(super) fn outputs(model: &RowsModel, images: &[Vec<u8>]) -> Result<Vec<Vec<i32>>, String> {
    let executable = working("preparing", || Executable::new(model)).map_err(|why| why.to_string())?;
    eprintln!("Executing an image takes at most {} bytes of memory.", executable.memory());
    let of = |done: &dyn Fn(), image: &Vec<u8>| {
        let output = executable.output(image).map_err(|why| why.to_string());
        done();
        output
    };
    steps("executing", images.len(), |done| images.iter().map(|image| of(done, image)).collect())
}
