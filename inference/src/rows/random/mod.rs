//! Random models of rows, blobs and sequences that registration accepts: for tests, and for engines that measure or prove
//! themselves.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a generator of small models, which is not part of a runtime"
)]

mod builder;
mod image;
mod text;
mod wide;

pub use builder::RandomModel;

use alloc::vec::Vec;

use super::{
    format::{
        model::Model,
        node::{Node, Tokens},
    },
    registration::checked::CheckedModel,
};
use crate::{format::error::ModelError, random::Random};

/// Draws until the rows of a model are in proportion to its work; nothing else can be wrong with it.
fn paid(random: &mut Random, model: impl Fn(&mut Random) -> RandomModel) -> RandomModel {
    loop {
        let drawn = model(random);
        let checked = CheckedModel::new(drawn.model.clone());
        if !matches!(checked, Err(ModelError::Unpaid { .. })) {
            return drawn;
        }
    }
}

/// A random model of tokens that registration accepts: an embedding, up to three blocks, and a head. Records out of range occur.
pub fn random_model(random: &mut Random) -> RandomModel {
    paid(random, text::model)
}

/// A random model of images that registration accepts. Records out of range occur.
pub fn random_image_model(random: &mut Random) -> RandomModel {
    paid(random, image::model)
}

/// A random model of images whose layers are wider than what an engine takes at once, in groups of any number, and of every
/// operator that reads positions. Records out of range occur.
pub fn random_wide_image_model(random: &mut Random) -> RandomModel {
    paid(random, wide::model)
}

/// A sequence of 1 to `max_tokens` ids, or the bytes of an image.
pub fn random_ids(random: &mut Random, model: &Model) -> Vec<u32> {
    let (ids, vocabulary) = match model.nodes.first() {
        Some(Node::Tokens(Tokens { vocabulary })) => (random.between(1, model.max_tokens), *vocabulary),
        Some(Node::Pixels(pixels)) => (pixels.height * pixels.width * pixels.channels, 1 << 8),
        _ => (0, 1),
    };
    (0..ids).map(|_| random.between(0, vocabulary - 1)).collect()
}
