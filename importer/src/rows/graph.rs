//! The graph of rows while it is made: its nodes with the rows that each has, and its parameters.

use millrace_inference::rows::{
    limits::{MAX_ELEMENTS, MAX_KERNEL, MAX_NODES, MAX_POSITIONS, MAX_WIDTH},
    Activation, BlobName, Conv2d, ElementType, GlobalPool, Linear, MaxPool2d, Node, Pixels, Requantize,
    Rescale, Window,
};

use super::slip::slip;
use crate::{lowered::Lowered, parameters::Parameters};

/// The most bytes of a blob. Filters that move or join channels can have many times the weights of the file.
const MAX_BLOB: u64 = 1 << 28;

/// The most weights that are looked at for one graph, zeros included: eight times those that a blob can have. A file of many nodes
/// would take hours without it.
const MAX_LOOKS: u64 = 8 * MAX_BLOB;

/// The rows of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// Elements of a row.
    pub(super) width: u32,
    /// Positions down and across; none if there is one row that is no position.
    pub(super) image: Option<[u32; 2]>,
}

impl Extent {
    /// Whether it is one row that is a position.
    pub(super) fn is_one_position(&self) -> bool {
        self.image == Some([1; 2])
    }

    /// Holds that registration takes such rows, and so that they fit into memory.
    pub(super) fn expect(&self) -> Lowered<()> {
        let positions = self.image.map_or(1, |[rows, columns]| u64::from(rows) * u64::from(columns));
        let is_small = self.width <= MAX_WIDTH
            && positions <= MAX_POSITIONS.into()
            && u64::from(self.width) * positions <= MAX_ELEMENTS;
        match is_small {
            true => Ok(()),
            false => Err(refusal!(
                "it becomes {positions} rows of {} elements, and there are at most {MAX_POSITIONS} rows, {MAX_WIDTH} elements in a row and {MAX_ELEMENTS} in all", self.width;
                "use smaller inputs, or let the activations shrink earlier"
            )),
        }
    }
}

/// Windows on the positions of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Windows {
    pub(super) kernel: [u32; 2],
    pub(super) stride: [u32; 2],
    /// Above, left, below, right.
    pub(super) padding: [u32; 4],
    pub(super) dilation: [u32; 2],
}

impl Windows {
    /// Each position by itself.
    pub(super) const ONE: Self = Self { kernel: [1; 2], stride: [1; 2], padding: [0; 4], dilation: [1; 2] };

    pub(super) fn places(&self) -> u32 {
        self.kernel.iter().product()
    }

    /// Windows along an axis of this length.
    pub(super) fn steps(&self, axis: usize, length: u32) -> u32 {
        let span = (self.kernel[axis] - 1) * self.dilation[axis] + 1;
        (length + self.padding[axis] + self.padding[axis + 2]).saturating_sub(span) / self.stride[axis].max(1)
            + 1
    }

    fn encoded(&self) -> Lowered<Window> {
        let bytes = |lengths: &[u32]| {
            lengths.iter().map(|length| u8::try_from(*length).ok()).collect::<Option<Vec<u8>>>()
        };
        let pair = |lengths: &[u32]| bytes(lengths).and_then(|bytes| bytes.try_into().ok());
        let padding = bytes(&self.padding).and_then(|bytes| bytes.try_into().ok());
        match (pair(&self.kernel), pair(&self.stride), padding, pair(&self.dilation)) {
            (Some(kernel), Some(stride), Some(padding), Some(dilation)) if self.places() <= MAX_KERNEL => {
                Ok(Window { kernel, stride, padding, dilation })
            }
            _ => Err(refusal!(
                "its windows have {} × {} places, steps of {:?} and a padding of {:?}, and those of a model of rows at most {MAX_KERNEL} places, steps and paddings of 255", self.kernel[0], self.kernel[1], self.stride, self.padding;
                "use several smaller windows, one after the other"
            )),
        }
    }
}

/// Filters of a convolution, and what becomes of their sums.
pub(super) struct Filters {
    pub(super) windows: Windows,
    pub(super) groups: u32,
    pub(super) pad: i16,
    pub(super) element: ElementType,
    pub(super) addend: Option<u32>,
    /// The weights of each filter and its rescaling.
    pub(super) rows: Vec<(Vec<i8>, Rescale)>,
}

/// A graph of rows under construction.
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) extents: Vec<Extent>,
    parameters: Parameters,
    /// Weights that were looked at.
    looks: u64,
}

impl Graph {
    pub(super) fn new(pixels: Pixels) -> Self {
        let extent = Extent { width: pixels.channels, image: Some([pixels.height, pixels.width]) };
        Self {
            nodes: vec![Node::Pixels(pixels)],
            extents: vec![extent],
            parameters: Parameters::default(),
            looks: 0,
        }
    }

    /// Counts a look at so many filters over so many elements each.
    pub(super) fn look(&mut self, filters: u64, each: u64) -> Lowered<()> {
        self.looks = self.looks.saturating_add(filters.saturating_mul(each));
        match self.looks > MAX_LOOKS {
            true => Err(refusal!(
                "it has {filters} filters over {each} elements, and up to here more than {MAX_LOOKS} weights are looked at, zeros included";
                "let the activations shrink before it, or use fewer channels or groups"
            )),
            false => Ok(()),
        }
    }

    /// The rows of a node that is there.
    pub(super) fn extent(&self, node: u32) -> Lowered<Extent> {
        let extent = self.extents.get(node as usize).copied();
        extent.ok_or_else(|| slip("a node reads one that isn't there"))
    }

    pub(super) fn push(&mut self, node: Node, extent: Extent) -> Lowered<u32> {
        if self.nodes.len() >= MAX_NODES {
            return Err(refusal!(
                "up to here it becomes more than the {MAX_NODES} nodes of a model of rows";
                "use fewer layers"
            ));
        }
        extent.expect()?;
        if self.parameters.offset() > MAX_BLOB {
            return Err(refusal!(
                "up to here it becomes a blob of more than {MAX_BLOB} bytes";
                "join tensors of equally many channels, or use fewer"
            ));
        }
        self.nodes.push(node);
        self.extents.push(extent);
        Ok(self.nodes.len() as u32 - 1)
    }

    /// Filters over a node; what reads each position, or the only row, by itself and in one group is a Linear.
    pub(super) fn filters(&mut self, input: u32, filters: &Filters) -> Lowered<u32> {
        let Filters { windows, groups, pad, element, addend, .. } = *filters;
        let rows =
            self.parameters.rows(filters.rows.iter().map(|(weights, record)| (weights.as_slice(), *record)));
        let (extent, outputs) = (self.extent(input)?, filters.rows.len() as u32);
        if windows == Windows::ONE && groups == 1 {
            let linear = Linear { input, outputs, rows, element, table: None, addend };
            return self.push(Node::Linear(linear), Extent { width: outputs, ..extent });
        }
        let Some([height, width]) = extent.image else {
            return Err(refusal!(
                "it lays windows over the only row that a mean left";
                "let the mean be the last step over rows and columns"
            ));
        };
        let image = Some([windows.steps(0, height), windows.steps(1, width)]);
        let window = windows.encoded()?;
        let node = Conv2d { input, outputs, window, groups, pad, rows, element, addend };
        self.push(Node::Conv2d(node), Extent { width: outputs, image })
    }

    /// Each element of a node rescaled.
    pub(super) fn requantize(
        &mut self,
        input: u32,
        element: ElementType,
        records: &[Rescale],
    ) -> Lowered<u32> {
        let rescales = self.parameters.rescales(records);
        self.push(Node::Requantize(Requantize { input, rescales, element }), self.extent(input)?)
    }

    /// All elements of a node rescaled alike.
    pub(super) fn requantize_alike(
        &mut self,
        input: u32,
        element: ElementType,
        record: Rescale,
    ) -> Lowered<u32> {
        let records = vec![record; self.extent(input)?.width as usize];
        self.requantize(input, element, &records)
    }

    /// The entries of a table.
    pub(super) fn entries(&mut self, entries: impl IntoIterator<Item = i32>) -> u64 {
        self.parameters.numbers(entries)
    }

    /// A function of 16 bits that gives as many, by its entries.
    pub(super) fn activation(&mut self, input: u32, table: u64) -> Lowered<u32> {
        let activation = Activation { input, table, element: ElementType::I16 };
        self.push(Node::Activation(activation), self.extent(input)?)
    }

    /// The sum over all positions, rescaled.
    pub(super) fn global_pool(&mut self, input: u32, records: &[Rescale]) -> Lowered<u32> {
        let (rescales, element) = (self.parameters.rescales(records), ElementType::I8);
        let extent = Extent { image: None, ..self.extent(input)? };
        self.push(Node::GlobalPool(GlobalPool { input, rescales, element }), extent)
    }

    /// The only position of an image as a row that is none, as a mean leaves it; the record changes nothing.
    pub(super) fn only_row(&mut self, input: u32, unchanged: Rescale) -> Lowered<u32> {
        let records = vec![unchanged; self.extent(input)?.width as usize];
        self.global_pool(input, &records)
    }

    /// Rescalings of a product of two nodes.
    pub(super) fn rescales(&mut self, records: &[Rescale]) -> u64 {
        self.parameters.rescales(records)
    }

    /// The largest element of each window.
    pub(super) fn max_pool(&mut self, input: u32, windows: Windows) -> Lowered<u32> {
        let extent = self.extent(input)?;
        let Some([height, width]) = extent.image else {
            return Err(refusal!(
                "it takes the largest of the only row that a mean left";
                "let the mean be the last step over rows and columns"
            ));
        };
        let image = Some([windows.steps(0, height), windows.steps(1, width)]);
        let node = MaxPool2d { input, window: windows.encoded()? };
        self.push(Node::MaxPool2d(node), Extent { image, ..extent })
    }

    pub(super) fn finish(self) -> (Vec<Node>, Vec<Extent>, Vec<u8>, BlobName) {
        let (bytes, name) = self.parameters.finish();
        (self.nodes, self.extents, bytes, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_at_weights_come_to_an_end() {
        let mut graph = Graph::new(Pixels { height: 1, width: 1, channels: 1 });
        graph.look(1 << 20, 1 << 10).expect("the half");
        graph.look(1 << 10, 1 << 20).expect("the other half");
        let message = graph.look(1, 1).expect_err("one more").to_string();
        assert!(
            message.contains("1 filters over 1 elements") && message.contains("zeros included"),
            "{message}"
        );
        assert!(graph.look(u64::MAX, u64::MAX).is_err());
    }

    #[test]
    fn rows_are_no_more_than_registration_takes() {
        let expect = |width, image| Extent { width, image }.expect();
        expect(MAX_WIDTH, None).expect("one row");
        expect(256, Some([512, 512])).expect("many rows");
        for (width, image) in
            [(MAX_WIDTH + 1, None), (1, Some([1, MAX_POSITIONS + 1])), (257, Some([512; 2]))]
        {
            let message = expect(width, image).expect_err("too many").to_string();
            assert!(message.contains(&format!("rows of {width} elements")), "{message}");
        }
        let mut graph = Graph::new(Pixels { height: 1, width: 1, channels: 1 });
        let wide = Extent { width: MAX_WIDTH + 1, image: None };
        assert!(graph.push(Node::Pixels(Pixels { height: 1, width: 1, channels: 1 }), wide).is_err());
    }
}
