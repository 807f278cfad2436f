//! The axes of a tensor as a file has them, and the order in which a model of rows has them: rows, columns, channels.
//!
//! A sample's shape doesn't say it where two axes have the same length, and the graph of rows knows no axes. So the metadata beside a
//! model name them at the end of what an element means; the chain keeps no field of its own for it.

use std::fmt;

/// What stands before the axes in a meaning.
const NAMED: &str = " as axes ";

/// What is done with a sample and an output whose axes are named.
pub(crate) const VERBS: [&str; 2] = ["posted", "given"];

/// What stands before the file's own shape, where that is another.
const IN_FILE: &str = ", in the file ";

/// The most axes that metadata may name: more than an import writes.
const MAX_AXES: usize = 16;

/// The axes of a file's tensor, without the batch, and their order in a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axes {
    shape: Vec<u32>,
    lengths: Vec<u32>,
    order: Vec<usize>,
}

impl Axes {
    /// Axes of these lengths in the file, the model having them in this order; none if some axis is missing or comes twice.
    pub fn new(lengths: Vec<u32>, order: Vec<usize>) -> Option<Self> {
        let mut sorted = order.clone();
        sorted.sort_unstable();
        let shape = lengths.clone();
        (sorted == (0..lengths.len()).collect::<Vec<_>>()).then_some(Self { shape, lengths, order })
    }

    /// Axes of these lengths, which the model has as they are.
    pub fn unmoved(lengths: Vec<u32>) -> Self {
        let order = (0..lengths.len()).collect();
        Self { shape: lengths.clone(), lengths, order }
    }

    /// The same elements of a tensor that has another shape in the file, which begins with a Reshape, or ends with one or with repeated
    /// pixels; none if that has more elements or fewer.
    pub(crate) fn in_file(self, shape: Vec<u32>) -> Option<Self> {
        let is_whole = count(&shape).is_some() && count(&shape) == count(&self.lengths);
        is_whole.then(|| if self.moves_nothing() { Self::unmoved(shape) } else { Self { shape, ..self } })
    }

    /// The file's own shape.
    pub fn shape(&self) -> &[u32] {
        &self.shape
    }

    /// Their lengths in the file: those of its shape, or of another one that cuts its elements where the model does.
    pub fn lengths(&self) -> &[u32] {
        &self.lengths
    }

    /// Which of the file's axes the model has first, second and so on, counted from 0.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Elements in the model's order, of those in the file's.
    pub fn turned<T: Copy>(&self, elements: &[T]) -> Vec<T> {
        self.places().filter_map(|place| elements.get(place).copied()).collect()
    }

    /// Elements in the file's order, of those in the model's.
    pub fn back<T: Copy + Default>(&self, elements: &[T]) -> Vec<T> {
        let mut all = vec![T::default(); elements.len()];
        for (place, element) in self.places().zip(elements) {
            if let Some(own) = all.get_mut(place) {
                *own = *element;
            }
        }
        all
    }

    /// Whether these move elements as others do, whatever axes of length 1 either has and wherever one axis is taken for several.
    pub fn same_as(&self, other: &Self) -> bool {
        self.joined() == other.joined()
    }

    /// Whether the order moves nothing.
    pub fn moves_nothing(&self) -> bool {
        self.joined().len() < 2
    }

    /// Whether the model's axes are so many rows, columns and channels.
    pub fn fit(&self, image: [u32; 3]) -> bool {
        if self.moves_nothing() {
            return count(&self.lengths).is_some() && count(&self.lengths) == count(&image);
        }
        let mut left = self.order.iter().map(|axis| self.lengths[*axis]).filter(|length| *length != 1);
        let mut fills = |wanted: u32| {
            let mut all = 1u32;
            while all < wanted {
                match left.next().and_then(|length| all.checked_mul(length)) {
                    Some(more) => all = more,
                    None => return false,
                }
            }
            all == wanted
        };
        image.into_iter().all(&mut fills) && left.next().is_none()
    }

    /// A meaning with the axes behind it: `"RGB, posted as axes 2, 3, 1 of [3, 8, 8]"`, and behind them the file's own shape where that is
    /// another. The verb says what is done with the tensor.
    pub(crate) fn said(&self, meaning: &str, verb: &str) -> String {
        let comma = if meaning.is_empty() { "" } else { ", " };
        format!("{meaning}{comma}{verb}{NAMED}{self}")
    }

    /// A meaning without the axes at its end, and these; none if it ends with none.
    pub(crate) fn split(meaning: &str) -> (&str, Option<Self>) {
        let Some((own, axes)) = meaning.rsplit_once(NAMED) else { return (meaning, None) };
        match Self::parsed(axes) {
            // What is done with the tensor stands between.
            Some(axes) => (own.rsplit_once(", ").map_or("", |(own, _)| own), Some(axes)),
            None => (meaning, None),
        }
    }

    /// Whether a meaning says that axes are posted or given so.
    pub(crate) fn is_said(meaning: &str) -> bool {
        VERBS.iter().any(|verb| meaning.contains(&format!("{verb}{NAMED}")))
    }

    fn parsed(axes: &str) -> Option<Self> {
        let (axes, shape) =
            axes.split_once(IN_FILE).map_or((axes, None), |(axes, shape)| (axes, Some(shape)));
        let (order, lengths) = axes.split_once(" of ")?;
        let first = |axis: &str| axis.parse::<usize>().ok()?.checked_sub(1);
        let order = order.split(", ").map(first).collect::<Option<Vec<usize>>>()?;
        let axes = Self::new(listed(lengths)?, order).filter(|axes| axes.lengths.len() <= MAX_AXES)?;
        match shape {
            Some(shape) => axes.in_file(listed(shape).filter(|shape| shape.len() <= MAX_AXES)?),
            None => Some(axes),
        }
    }

    /// Where in the file's order each element of the model's order is.
    fn places(&self) -> impl Iterator<Item = usize> {
        let steps: Vec<(usize, usize)> = self.steps().collect();
        let count = steps.iter().try_fold(1usize, |count, (length, _)| count.checked_mul(*length));
        (0..count.unwrap_or(0)).map(move |mut at| {
            let step = |(length, stride): &(usize, usize)| {
                let digit = at % length;
                at /= length;
                digit * stride
            };
            steps.iter().rev().map(step).sum()
        })
    }

    /// The length of each axis in the model's order, and how far a step along it leads in the file's.
    fn steps(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let behind = |axis: usize| self.lengths.iter().skip(axis + 1).map(|length| *length as usize);
        let stride = move |axis: usize| behind(axis).fold(1, usize::saturating_mul);
        self.order.iter().map(move |axis| (self.lengths[*axis] as usize, stride(*axis)))
    }

    /// The same without axes of length 1, and with those as one that lie side by side in both orders.
    fn joined(&self) -> Vec<(usize, usize)> {
        let mut all: Vec<(usize, usize)> = Vec::new();
        for (length, stride) in self.steps().filter(|(length, _)| *length != 1) {
            match all.last_mut() {
                Some(last) if last.1 == length.saturating_mul(stride) => {
                    *last = (last.0.saturating_mul(length), stride);
                }
                _ => all.push((length, stride)),
            }
        }
        all
    }
}

impl fmt::Display for Axes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order: Vec<String> = self.order.iter().map(|axis| (axis + 1).to_string()).collect();
        write!(f, "{} of {:?}", order.join(", "), self.lengths)?;
        match self.shape == self.lengths {
            true => Ok(()),
            false => write!(f, "{IN_FILE}{:?}", self.shape),
        }
    }
}

/// How many elements axes of these lengths have; none if that is too many to count.
fn count(lengths: &[u32]) -> Option<u32> {
    lengths.iter().try_fold(1u32, |all, length| all.checked_mul(*length))
}

/// The lengths in such a list: `[3, 8, 8]`.
fn listed(lengths: &str) -> Option<Vec<u32>> {
    lengths.strip_prefix('[')?.strip_suffix(']')?.split(", ").map(|length| length.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes<const N: usize>(lengths: [u32; N], order: [usize; N]) -> Axes {
        Axes::new(lengths.to_vec(), order.to_vec()).expect("each axis once")
    }

    #[test]
    fn elements_go_there_and_back() {
        // Two channels over two rows of three columns.
        let image = axes([2, 2, 3], [1, 2, 0]);
        let elements: Vec<u32> = (0..12).collect();
        let turned = image.turned(&elements);
        assert_eq!(turned, [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11]);
        assert_eq!(image.back(&turned), elements);
        assert!(axes([0, 3], [1, 0]).turned::<u8>(&[]).is_empty());
    }

    #[test]
    fn axes_are_read_as_they_are_said() {
        let [shuffled, flat] = [axes([3, 8, 2, 8, 2], [1, 3, 0, 2, 4]), axes([784], [0])];
        let repeated = shuffled.clone().in_file(vec![3, 16, 16]).expect("as many elements");
        assert_eq!(repeated.to_string(), "2, 4, 1, 3, 5 of [3, 8, 2, 8, 2], in the file [3, 16, 16]");
        assert_eq!(flat.clone().in_file(vec![28, 28]), Some(axes([28, 28], [0, 1])));
        assert_eq!((repeated.shape(), shuffled.in_file(vec![3, 16, 15])), (&[3, 16, 16][..], None));
        for own in [axes([3, 18, 18], [0, 2, 1]), flat, repeated] {
            for meaning in ["", "RGB, seen as axes of light"] {
                assert_eq!(Axes::split(&own.said(meaning, "posted")), (meaning, Some(own.clone())));
            }
        }
        assert_eq!(
            axes([3, 8, 9], [1, 2, 0]).said("RGB", "posted"),
            "RGB, posted as axes 2, 3, 1 of [3, 8, 9]"
        );
        let many = vec!["1"; 17].join(", ");
        for other in [
            "",
            "RGB",
            "posted as axes 1, 2 of [3]",
            "posted as axes 1, 1 of [3, 3]",
            "posted as axes 0, 1 of [3, 3]",
            "posted as axes 1, 3 of [3, 3]",
            "posted as axes 2, 1 of [3, -3]",
            "posted as axes 2, 1 of [3, 3], it seems",
            "posted as axes 2, 1 of [3, 3], in the file [3, 4]",
            "posted as axes 2, 1 of [3, 3], in the file [9], it seems",
            "posted as axes 2, 1 of [3, 3], in the file [65536, 65536]",
            &format!("posted as axes {many} of [{many}]"),
        ] {
            assert_eq!(Axes::split(other), (other, None), "{other}");
            assert_eq!(Axes::is_said(other), other.contains("as"), "{other}");
        }
    }

    #[test]
    fn orders_are_compared_by_what_they_move() {
        assert!(axes([1, 8, 9], [1, 2, 0]).moves_nothing() && !axes([2, 8, 9], [1, 2, 0]).moves_nothing());
        assert!(axes([3, 8, 9], [1, 2, 0]).same_as(&axes([3, 72], [1, 0])));
        assert!(!axes([8, 8, 8], [1, 2, 0]).same_as(&axes([8, 8, 8], [0, 2, 1])));
    }

    #[test]
    fn an_image_is_what_the_axes_make() {
        let own = axes([2, 3, 8, 9], [2, 3, 0, 1]);
        assert!(own.fit([8, 9, 6]) && axes([5, 7], [1, 0]).fit([1, 7, 5]) && axes([4], [0]).fit([1, 1, 4]));
        // Where nothing moves, the file's axes may lie across the model's.
        let flat = axes([192], [0]);
        assert!(flat.fit([8, 8, 3]) && axes([64, 3], [0, 1]).fit([8, 8, 3]) && !flat.fit([8, 8, 4]));
        for image in [[9, 8, 6], [8, 9, 3], [8, 9, 12], [8, 10, 6], [8, 9, 0]] {
            assert!(!own.fit(image), "{image:?}");
        }
    }
}
