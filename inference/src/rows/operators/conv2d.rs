//! `z_o = Σ W[o,(a,b),c]·x[p(a,b), g(o)·C/G + c]`, rescaled; with something added to it. A linear operator on windows of
//! positions, whose channels may be split into groups.

use alloc::vec::Vec;

use super::{
    linear::{add, dot, expect_addend},
    operator::{slices, Operands, Operator, Site},
};
use crate::{
    format::{element_type::ElementType, fault::ModelFault},
    rows::{
        format::image::Conv2d,
        limits::MAX_TERMS,
        openings::{Opened, Opening, Openings},
        parameters::{read_row, Layout, Reference},
        patches::Patches,
        rescale::range,
        tensor::{expect_element, Tensor, Tensors, RESCALED},
        values::Rows,
        work::Work,
    },
};

/// The channels that one filter reads.
struct Channels {
    /// C/G.
    count: u32,
    /// n/G, filters of a group.
    filters: u32,
}

impl Channels {
    /// The first channel that filter `output` reads.
    fn first(&self, output: u32) -> Option<u32> {
        output.checked_div(self.filters)?.checked_mul(self.count)
    }
}

impl Conv2d {
    fn patches(&self, tensors: Tensors<'_>) -> Option<Patches> {
        Patches::new(tensors.read(self.input).ok()?, self.window).ok()
    }

    fn channels(&self, read: u32) -> Option<Channels> {
        let divides = |count: u32| count > 0 && count.checked_rem(self.groups) == Some(0);
        let (count, filters) = (read.checked_div(self.groups)?, self.outputs.checked_div(self.groups)?);
        (divides(read) && divides(self.outputs)).then_some(Channels { count, filters })
    }

    /// K, weights of a filter.
    fn terms(&self, tensors: Tensors<'_>) -> Option<u32> {
        let channels = self.channels(tensors.width(self.input)?)?;
        self.patches(tensors)?.places().checked_mul(channels.count)
    }

    fn rows(&self, tensors: Tensors<'_>) -> Option<Reference> {
        let layout = Layout::Rows { count: self.outputs, width: self.terms(tensors)? };
        Some(Reference { offset: self.rows, layout })
    }

    fn is_i16(&self, tensors: Tensors<'_>) -> Option<bool> {
        Some(tensors.read(self.input).ok()?.element == ElementType::I16)
    }

    /// One element from its record, its operands place by place, and what is added to it.
    fn finish<'a>(
        &self,
        entry: &[u8],
        terms: u32,
        x: impl IntoIterator<Item = &'a i32>,
        addend: Option<i32>,
    ) -> Option<i32> {
        let (weights, record) = read_row(entry, terms)?;
        let rescaled = record.apply(dot(weights, x), self.element);
        Some(addend.map_or(rescaled, |addend| add(addend, rescaled)))
    }
}

impl Operator for Conv2d {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(self.input, &[ElementType::I8, ElementType::I16])?;
        let patches = Patches::new(read, self.window)?;
        let channels = self.channels(read.expect_fixed()?).ok_or(ModelFault::Groups { got: self.groups })?;
        let terms = u64::from(patches.places()).saturating_mul(channels.count.into());
        if terms > MAX_TERMS.into() {
            return Err(ModelFault::Width { limit: MAX_TERMS, got: terms });
        }
        let (least, most) = range(read.element);
        if !(least..=most).contains(&self.pad.into()) {
            return Err(ModelFault::Pad { got: self.pad });
        }
        expect_element(self.element, RESCALED)?;
        let own = Tensor::fixed(self.outputs.into(), self.element, patches.rows())?;
        match self.addend {
            Some(addend) => expect_addend(before, addend, own),
            None => Ok(own),
        }
    }

    fn references(&self, tensors: Tensors<'_>) -> Option<Vec<Reference>> {
        Some([self.rows(tensors)?].into())
    }

    fn bound(&self, tensors: Tensors<'_>) -> Option<u64> {
        let largest = if self.is_i16(tensors)? { 1u64 << 22 } else { 1 << 14 };
        Some(largest.saturating_mul(self.terms(tensors)?.into()))
    }

    fn work(&self, tensors: Tensors<'_>) -> Option<Work> {
        let each = if self.is_i16(tensors)? { 2 } else { 1 };
        let products = u64::from(self.outputs).saturating_mul(self.terms(tensors)?.into());
        Some(Work::of_rows(self.patches(tensors)?.rows(), products.saturating_mul(each)))
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let (tensors, read) = (operands.tensors, operands.rows_of(self.input)?);
        let width = tensors.width(self.input)?;
        let (channels, terms) = (self.channels(width)?, self.terms(tensors)?);
        let beyond = alloc::vec![i32::from(self.pad); usize::try_from(width).ok()?];
        let patches = self.patches(tensors)?;
        let positions = patches.positions(operands.row);
        let patch: Option<Vec<&[i32]>> = positions
            .map(|position| position.map_or(Some(beyond.as_slice()), |position| read.row(position)))
            .collect();
        let patch = patch?;
        let addend = match self.addend {
            None => None,
            Some(node) => Some(operands.row_of(node)?),
        };
        let records = (0u32..).zip(operands.entries(self.rows(tensors)?)?);
        own.try_push(records.map(|(output, entry)| {
            let first = usize::try_from(channels.first(output)?).ok()?;
            let count = usize::try_from(channels.count).ok()?;
            let x = patch.iter().flat_map(|row| row.iter().skip(first).take(count));
            let addend = match addend {
                None => None,
                Some(addend) => Some(*addend.get(usize::try_from(output).ok()?)?),
            };
            self.finish(entry, terms, x, addend)
        }))
    }

    /// The positions inside the border, place by place.
    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        let channels = self.channels(site.tensors.width(self.input)?)?;
        let (from, count) = (channels.first(site.place.element)?, channels.count);
        let open = |row| Opening::Row { node: self.input, row, from, count };
        let patches = self.patches(site.tensors)?;
        let mut values: Vec<Opening> = patches.positions(site.place.row).flatten().map(open).collect();
        values.extend(self.addend.map(|addend| site.same_of(addend)));
        let parameters = slices([self.rows(site.tensors)?.entry(site.place.element)])?;
        Some(Openings { values, parameters })
    }

    fn element(&self, site: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        let channels = self.channels(site.tensors.width(self.input)?)?;
        let beyond = alloc::vec![i32::from(self.pad); usize::try_from(channels.count).ok()?];
        let mut inside = 0..opened.values.len();
        let patches = self.patches(site.tensors)?;
        let patch: Option<Vec<&[i32]>> = patches
            .positions(site.place.row)
            .map(|position| match position {
                None => Some(beyond.as_slice()),
                Some(_) => opened.elements(inside.next()?),
            })
            .collect();
        let addend = match self.addend {
            None => None,
            Some(_) => Some(opened.one(inside.next()?)?),
        };
        let x = patch?.into_iter().flatten();
        self.finish(opened.bytes(0)?, self.terms(site.tensors)?, x, addend).map(i64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};
    use crate::rows::{format::window::Window, rescale::Rescale, tensor::RowCount};

    const WINDOW: Window = Window { kernel: [1, 2], stride: [1, 1], padding: [0, 1, 0, 0], dilation: [1, 1] };
    const NODE: Conv2d = Conv2d {
        input: 0,
        outputs: 2,
        window: WINDOW,
        groups: 1,
        pad: -100,
        rows: 0,
        element: ElementType::I16,
        addend: None,
    };

    fn image(element: ElementType) -> Tensor {
        Tensor::fixed(2, element, RowCount::Positions { height: 1, width: 3 }).expect("small")
    }

    fn fixture() -> Fixture {
        let mut fixture = Fixture::new(1)
            .with_tensor(image(ElementType::I8), &[&[1, 2], &[3, 4], &[5, -128]])
            .with_tensor(image(ElementType::Wide), &[&[10, 20], &[30, 40], &[50, 60]]);
        let one = Rescale::new(2, 1, 0).expect("in range").to_bytes();
        let weights = |weights: [i8; 4]| weights.map(i8::cast_unsigned);
        fixture.blob = [&weights([1, 10, -1, 2])[..], &one, &weights([0, 0, 0, -128]), &one].concat();
        fixture
    }

    #[test]
    fn places_of_the_kernel_come_first_and_channels_second() {
        // [−100 − 1000 − 1 + 4, −256], [1 + 20 − 3 + 8, −512], [3 + 40 − 5 − 256, 16384].
        assert_eq!(fixture().whole(&NODE), [[-1_097, -256], [26, -512], [-218, 16_384]]);
        assert_eq!(fixture().references(&NODE), 34);
        let work = Work { per_sequence: 3 * 2 * 4, ..Work::default() };
        assert_eq!(NODE.work(fixture().tensors()), Some(work));
        assert_eq!(NODE.bound(fixture().tensors()), Some(4 << 14));
    }

    #[test]
    fn something_is_added() {
        let node = Conv2d { element: ElementType::Wide, addend: Some(1), ..NODE };
        assert_eq!(fixture().whole(&node), [[-1_087, -236], [56, -472], [-168, 16_444]]);
    }

    #[test]
    fn groups_read_their_own_channels() {
        let mut fixture = fixture();
        let one = Rescale::new(2, 1, 0).expect("in range").to_bytes();
        fixture.blob = [&[1, 2][..], &one, &[3, 4], &one].concat();
        let node = Conv2d { groups: 2, ..NODE };
        // [−100 + 2, −300 + 8], [1 + 6, 6 + 16], [3 + 10, 12 − 512].
        assert_eq!(fixture.whole(&node), [[-98, -292], [7, 22], [13, -500]]);
        let work = Work { per_sequence: 3 * 2 * 2, ..Work::default() };
        assert_eq!(node.work(fixture.tensors()), Some(work));
    }

    #[test]
    fn what_is_refused() {
        let fault = |node: Conv2d| fixture().infer(&node).expect_err("it is wrong");
        for groups in [0, 3] {
            assert_eq!(fault(Conv2d { groups, ..NODE }), ModelFault::Groups { got: groups });
        }
        assert_eq!(fault(Conv2d { groups: 2, outputs: 3, ..NODE }), ModelFault::Groups { got: 2 });
        assert_eq!(fault(Conv2d { outputs: 0, ..NODE }), ModelFault::Groups { got: 1 });
        assert_eq!(fault(Conv2d { pad: 128, ..NODE }), ModelFault::Pad { got: 128 });
        let window = Window { kernel: [3, 1], ..WINDOW };
        assert_eq!(fault(Conv2d { window, ..NODE }), ModelFault::Window);
        let element = ElementType::I32;
        assert_eq!(fault(Conv2d { element, ..NODE }), ModelFault::Element { got: element });
        assert_eq!(fault(Conv2d { addend: Some(1), ..NODE }), ModelFault::Element { got: ElementType::I16 });
        let node = Conv2d { element: ElementType::Wide, addend: Some(1), ..NODE };
        assert_eq!(
            fault(Conv2d { window: Window { stride: [1, 2], ..WINDOW }, ..node }),
            ModelFault::RowsDiffer
        );
        assert_eq!(fault(Conv2d { outputs: 3, ..node }), ModelFault::WidthsDiffer { expected: 3, got: 2 });
        let got = ModelFault::Type { expected: ElementType::I8, got: ElementType::Wide };
        assert_eq!(fault(Conv2d { input: 1, ..NODE }), got);
        let rows = RowCount::Positions { height: 8, width: 8 };
        let wide = Tensor::fixed(257, ElementType::I8, rows).expect("small");
        let window = Window { kernel: [8, 8], padding: [0; 4], ..WINDOW };
        let fault = Fixture::new(1).with_tensor(wide, &[]).infer(&Conv2d { window, ..NODE });
        assert_eq!(fault, Err(ModelFault::Width { limit: 1 << 14, got: 257 * 64 }));
        let tokens = Fixture::new(1).with(ElementType::I8, &[&[1]]);
        assert_eq!(tokens.infer(&NODE), Err(ModelFault::NotPositions));
    }
}
