//! The image as it was posted: a row for each position, a byte a channel.

use alloc::vec::Vec;

use super::operator::{Operands, Operator, Site};
use crate::{
    format::{element_type::ElementType, fault::ModelFault},
    rows::{
        format::image::Pixels,
        openings::{Opened, Openings},
        parameters::Reference,
        tensor::{RowCount, Tensor, Tensors},
        values::Rows,
        work::Work,
    },
};

/// An `i8` that was posted as a byte.
fn element(byte: u32) -> Option<i8> {
    u8::try_from(byte).ok().map(u8::cast_signed)
}

impl Pixels {
    /// Bytes of an image, so of a sequence.
    pub(crate) fn bytes(&self) -> u64 {
        [self.height, self.width, self.channels].into_iter().map(u64::from).fold(1, u64::saturating_mul)
    }
}

impl Operator for Pixels {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        if !before.all.is_empty() {
            return Err(ModelFault::MisplacedInput);
        }
        let rows = RowCount::Positions { height: self.height, width: self.width };
        Tensor::fixed(self.channels.into(), ElementType::I8, rows)
    }

    fn references(&self, _: Tensors<'_>) -> Option<Vec<Reference>> {
        Some(Vec::new())
    }

    fn bound(&self, _: Tensors<'_>) -> Option<u64> {
        Some(0)
    }

    fn work(&self, _: Tensors<'_>) -> Option<Work> {
        Some(Work::default())
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let channels = usize::try_from(self.channels).ok()?;
        let start = usize::try_from(operands.row).ok()?.checked_mul(channels)?;
        let bytes = operands.ids.get(start..start.checked_add(channels)?)?;
        own.try_push(bytes.iter().map(|byte| element(*byte).map(i32::from)))
    }

    fn openings(&self, _: &Site<'_>) -> Option<Openings> {
        Some(Openings::default())
    }

    fn element(&self, site: &Site<'_>, _: &Opened<'_>) -> Option<i64> {
        let index = site.place.row.checked_mul(self.channels)?.checked_add(site.place.element)?;
        element(*site.ids.get(usize::try_from(index).ok()?)?).map(i64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};
    use crate::rows::limits::{MAX_ELEMENTS, MAX_POSITIONS};

    #[test]
    fn bytes_are_rows_of_channels() {
        let mut fixture = Fixture::new(1);
        fixture.ids = vec![0, 127, 128, 255, 1, 2];
        let node = Pixels { height: 1, width: 3, channels: 2 };
        assert_eq!(fixture.whole(&node), [[0, 127], [-128, -1], [1, 2]]);
        assert_eq!(node.bytes(), 6);
    }

    #[test]
    fn what_is_refused() {
        let fault = |height, width, channels| {
            Fixture::new(1).infer(&Pixels { height, width, channels }).expect_err("it is wrong")
        };
        assert_eq!(fault(0, 3, 1), ModelFault::Positions { limit: MAX_POSITIONS, got: 0 });
        assert_eq!(fault(513, 512, 1), ModelFault::Positions { limit: MAX_POSITIONS, got: 513 * 512 });
        assert_eq!(fault(512, 512, 257), ModelFault::Elements { limit: MAX_ELEMENTS, got: 257 << 18 });
        assert_eq!(fault(1, 1, 0), ModelFault::Width { limit: 1 << 18, got: 0 });
        let fixture = Fixture::new(1).with(ElementType::I8, &[&[1]]);
        let node = Pixels { height: 1, width: 1, channels: 1 };
        assert_eq!(fixture.infer(&node), Err(ModelFault::MisplacedInput));
    }
}
