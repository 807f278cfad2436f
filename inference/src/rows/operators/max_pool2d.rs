//! The largest element of each window's positions inside the border.

use alloc::vec::Vec;

use super::operator::{Operands, Operator, Site};
use crate::{
    format::fault::ModelFault,
    rows::{
        format::image::MaxPool2d,
        openings::{Opened, Opening, Openings},
        parameters::Reference,
        patches::Patches,
        tensor::{Tensor, Tensors, RESCALED},
        values::Rows,
        work::Work,
    },
};

impl MaxPool2d {
    fn patches(&self, tensors: Tensors<'_>) -> Option<Patches> {
        Patches::new(tensors.read(self.input).ok()?, self.window).ok()
    }
}

impl Operator for MaxPool2d {
    /// Without dilation each window has a position inside the border, because each padding is less than the kernel.
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(self.input, RESCALED)?;
        let patches = Patches::new(read, self.window)?;
        if self.window.dilation != [1, 1] {
            return Err(ModelFault::Window);
        }
        Tensor::fixed(read.expect_fixed()?.into(), read.element, patches.rows())
    }

    fn references(&self, _: Tensors<'_>) -> Option<Vec<Reference>> {
        Some(Vec::new())
    }

    fn bound(&self, _: Tensors<'_>) -> Option<u64> {
        Some(0)
    }

    /// A comparison counts as much as a product.
    fn work(&self, tensors: Tensors<'_>) -> Option<Work> {
        let patches = self.patches(tensors)?;
        let each = u64::from(tensors.width(self.input)?).saturating_mul(patches.places().into());
        Some(Work::of_rows(patches.rows(), each))
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let read = operands.rows_of(self.input)?;
        let mut largest: Vec<i32> = Vec::new();
        for position in self.patches(operands.tensors)?.positions(operands.row).flatten() {
            let row = read.row(position)?;
            if largest.is_empty() {
                largest = row.to_vec();
            }
            for (largest, x) in largest.iter_mut().zip(row) {
                *largest = (*largest).max(*x);
            }
        }
        own.push(largest);
        Some(())
    }

    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        let from = site.place.element;
        let open = |row| Opening::Row { node: self.input, row, from, count: 1 };
        let values = self.patches(site.tensors)?.positions(site.place.row).flatten().map(open).collect();
        Some(Openings { values, parameters: Vec::new() })
    }

    fn element(&self, _: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        let elements = (0..opened.values.len()).filter_map(|index| opened.one(index));
        elements.max().map(i64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};
    use crate::{
        format::element_type::ElementType,
        rows::{format::window::Window, tensor::RowCount},
    };

    const NODE: MaxPool2d = MaxPool2d {
        input: 0,
        window: Window { kernel: [2, 2], stride: [1, 2], padding: [1, 1, 0, 0], dilation: [1, 1] },
    };

    #[test]
    fn what_lies_beyond_the_border_counts_for_nothing() {
        let rows = RowCount::Positions { height: 2, width: 3 };
        let image = Tensor::fixed(2, ElementType::I8, rows).expect("small");
        let elements: &[&[i32]] = &[&[-1, 9], &[-5, 8], &[-3, 7], &[-9, 1], &[-2, 2], &[-128, 3]];
        let fixture = Fixture::new(1).with_tensor(image, elements);
        assert_eq!(fixture.whole(&NODE), [[-1, 9], [-3, 8], [-1, 9], [-2, 8]]);
        let work = Work { per_sequence: 4 * 4 * 2, ..Work::default() };
        assert_eq!(NODE.work(fixture.tensors()), Some(work));
    }

    #[test]
    fn what_is_refused() {
        let rows = RowCount::Positions { height: 4, width: 4 };
        let image = |element| Tensor::fixed(2, element, rows).expect("small");
        let fixture = Fixture::new(1)
            .with_tensor(image(ElementType::I8), &[])
            .with_tensor(image(ElementType::Id), &[])
            .with(ElementType::I8, &[&[1]]);
        let window = Window { dilation: [1, 2], ..NODE.window };
        assert_eq!(fixture.infer(&MaxPool2d { window, ..NODE }), Err(ModelFault::Window));
        let fault = ModelFault::Type { expected: ElementType::I8, got: ElementType::Id };
        assert_eq!(fixture.infer(&MaxPool2d { input: 1, ..NODE }), Err(fault));
        assert_eq!(fixture.infer(&MaxPool2d { input: 2, ..NODE }), Err(ModelFault::NotPositions));
    }
}
