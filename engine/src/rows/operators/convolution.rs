//! Convolutions as products: what a window reads becomes a row of a matrix, a cache's worth of rows at a time.

use std::{borrow::Cow, ops::Range};

use millrace_inference::rows::{CheckedModel, Conv2d, ElementType, RowCount};

use super::{
    linear::{outputs, Operands},
    product::{Columns, Product, Target},
    windows::Windows,
};
use crate::rows::{
    elements::{for_element, Element, Elements},
    products::{Kernel, Panels, Words, LANES},
    records::{records_bytes, RECORD_BYTES},
    share::Share,
};

/// Terms of a band at most, if it is more than one group.
const TERMS: usize = 1 << 14;

/// How a convolution's channels and filters are divided into groups.
#[derive(Clone, Copy)]
pub(in crate::rows) struct Groups {
    count: usize,
    /// Channels of a group.
    channels: usize,
    /// Filters of a group.
    filters: usize,
    /// Places of the kernel.
    places: usize,
}

/// Groups that are multiplied together: weights between different groups are zero.
struct Span {
    groups: Range<usize>,
    channels: Range<usize>,
    filters: Range<usize>,
}

impl Groups {
    /// Of a convolution on rows of so many elements.
    pub fn new(conv: &Conv2d, width: usize) -> Self {
        let count = conv.groups as usize;
        let places = conv.window.kernel.map(usize::from).into_iter().product();
        Self { count, channels: width / count, filters: conv.outputs as usize / count, places }
    }

    /// Whether each channel has one filter of its own.
    pub fn are_channels(self) -> bool {
        self.channels == 1 && self.filters == 1
    }

    /// Weights of a filter.
    fn terms(self) -> usize {
        self.places * self.channels
    }

    /// Groups whose filters together fill the lanes of a panel take no longer than one of them.
    fn spans(self) -> impl Iterator<Item = Span> {
        let together = (LANES / self.filters).min(TERMS / self.terms()).max(1);
        (0..self.count).step_by(together).map(move |first| {
            let groups = first..self.count.min(first + together);
            let times = |each: usize| groups.start * each..groups.end * each;
            Span { channels: times(self.channels), filters: times(self.filters), groups: groups.clone() }
        })
    }

    /// Bytes that its packed weights take.
    pub fn packed_bytes(self) -> u64 {
        let of = |span: Span| {
            let (outputs, terms) = (span.filters.len() as u64, (self.places * span.channels.len()) as u64);
            Panels::bytes_of(outputs, terms) + records_bytes(outputs) + size_of::<Band>() as u64
        };
        self.spans().map(of).sum()
    }

    /// The weights of one of a span's filters, among zeros for the channels of other groups.
    fn spread<'a>(self, span: &Span, filter: usize, weights: &'a [i8]) -> Cow<'a, [i8]> {
        if span.groups.len() == 1 {
            return Cow::Borrowed(weights);
        }
        let width = span.channels.len();
        let first = (filter / self.filters) * self.channels;
        let mut all = vec![0; self.places * width];
        for (all, weights) in all.chunks_mut(width).zip(weights.chunks(self.channels)) {
            all[first..][..self.channels].copy_from_slice(weights);
        }
        Cow::Owned(all)
    }
}

/// A span's weights.
struct Band {
    channels: Range<usize>,
    first: usize,
    product: Product,
}

/// A convolution's parameters, ready for products.
pub(in crate::rows) struct Convolution {
    pub input: u32,
    pub addend: Option<u32>,
    element: ElementType,
    windows: Windows,
    pad: i16,
    /// Elements of a row that it reads.
    width: usize,
    outputs: usize,
    bands: Vec<Band>,
}

/// The windows of a convolution or pooling, which reads this node and gives that one.
pub(in crate::rows) fn windows_of(
    model: &CheckedModel,
    window: millrace_inference::rows::Window,
    [input, own]: [u32; 2],
) -> Windows {
    let image = |node: u32| match model.tensor(node).map(|tensor| tensor.rows) {
        Some(RowCount::Positions { height, width }) => [height, width],
        _ => unreachable!("registration checked that these are positions; qed"),
    };
    Windows::new(window, image(input), image(own))
}

impl Convolution {
    /// Packs the weights of `rows`: for each filter those of each place, then its record.
    pub fn pack(conv: &Conv2d, (windows, width): (Windows, usize), reads: ElementType, rows: &[u8]) -> Self {
        let groups = Groups::new(conv, width);
        let entry = groups.terms() + RECORD_BYTES;
        let bands = groups.spans().map(|span| {
            let rows = &rows[span.filters.start * entry..span.filters.end * entry];
            let filters = outputs(rows, groups.terms())
                .enumerate()
                .map(|(filter, (weights, record))| (groups.spread(&span, filter, weights), record));
            let terms = groups.places * span.channels.len();
            let product = Product::pack((reads, conv.element), terms, filters, None);
            Band { channels: span.channels.clone(), first: span.filters.start, product }
        });
        Self {
            input: conv.input,
            addend: conv.addend,
            element: conv.element,
            windows,
            pad: conv.pad,
            width,
            outputs: conv.outputs as usize,
            bands: bands.collect(),
        }
    }

    /// Bytes that a thread needs for so many rows.
    pub fn room(&self, rows: u64) -> u64 {
        let of = |band: &Band| {
            let bytes = if band.product.pairs { 2 } else { 1 };
            // As kernels read them, and one as it is gathered, in a list that may have grown.
            (band.product.terms as u64 + 4) * bytes * (rows + 8 + 2)
        };
        self.bands.iter().map(of).max().unwrap_or(0)
    }

    /// All its rows.
    pub fn run(&self, operands: Operands<'_>, kernel: Kernel, share: Share) -> Elements {
        fn run<T: Element>(
            conv: &Convolution,
            operands: Operands<'_>,
            kernel: Kernel,
            share: Share,
        ) -> Vec<T> {
            share.chunks(operands.rows, conv.outputs, |first, made| {
                let rows = first..first + made.len() / conv.outputs;
                for band in &conv.bands {
                    let columns = Columns { stride: conv.outputs, first: band.first };
                    let addend = operands.addend_of(first, columns);
                    let words = conv.words(band, operands.input, rows.clone());
                    let mut target = Target { made: &mut *made, columns, addend };
                    let blocks = 0..band.product.blocks();
                    band.product.multiply(&words, rows.len(), blocks, kernel, &mut target);
                }
            })
        }
        for_element!(self.element, run(self, operands, kernel, share))
    }

    /// What some windows read, as kernels read it.
    fn words(&self, band: &Band, input: &Elements, rows: Range<usize>) -> Words {
        let mut words = band.product.room(rows.len());
        match input {
            Elements::I8(all) => {
                self.patches(all, self.pad as i8, band, rows, |index, patch| words.set_i8(index, patch));
            }
            Elements::I16(all) => {
                self.patches(all, self.pad, band, rows, |index, patch| words.set_i16(index, patch));
            }
            Elements::I32(_) => unreachable!("registration checked the types; qed"),
        }
        words
    }

    /// Hands over what some windows read, one after the other.
    fn patches<T: Copy>(
        &self,
        all: &[T],
        pad: T,
        band: &Band,
        rows: Range<usize>,
        mut take: impl FnMut(usize, &[T]),
    ) {
        let (windows, image) = (self.windows.count(), self.windows.positions() * self.width);
        let mut patch = Vec::with_capacity(band.product.terms);
        for (index, row) in rows.enumerate() {
            let image = &all[row / windows * image..][..image];
            let channels = band.channels.clone();
            self.windows.gather((image, self.width), channels, row % windows, pad, &mut patch);
            take(index, &patch);
        }
    }
}
