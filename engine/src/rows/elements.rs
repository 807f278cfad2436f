//! The rows of a node as the engine holds them: each element in as many bytes as its type needs.

use std::ops::Range;

use millrace_inference::rows::{range, ElementType};

/// Elements of all rows of a node, row by row.
pub(super) enum Elements {
    I8(Vec<i8>),
    I16(Vec<i16>),
    /// Wide numbers, sums and ids.
    I32(Vec<i32>),
}

/// A type of elements.
pub(super) trait Element: Copy + Default + Send + Sync + bytemuck::Pod {
    /// Of a number that is known to be one.
    fn narrow(number: i32) -> Self;
    /// The number that it is.
    fn widen(self) -> i32;
    /// The rows of a node.
    fn elements(all: Vec<Self>) -> Elements;
}

impl Element for i8 {
    #[inline(always)]
    fn narrow(number: i32) -> Self {
        number as i8
    }
    #[inline(always)]
    fn widen(self) -> i32 {
        self.into()
    }
    fn elements(all: Vec<Self>) -> Elements {
        Elements::I8(all)
    }
}

impl Element for i16 {
    #[inline(always)]
    fn narrow(number: i32) -> Self {
        number as i16
    }
    #[inline(always)]
    fn widen(self) -> i32 {
        self.into()
    }
    fn elements(all: Vec<Self>) -> Elements {
        Elements::I16(all)
    }
}

impl Element for i32 {
    #[inline(always)]
    fn narrow(number: i32) -> Self {
        number
    }
    #[inline(always)]
    fn widen(self) -> i32 {
        self
    }
    fn elements(all: Vec<Self>) -> Elements {
        Elements::I32(all)
    }
}

/// Runs a generic function for the type that holds elements of a node.
macro_rules! for_element {
    ($element:expr, $function:ident $arguments:tt) => {
        match $element {
            millrace_inference::rows::ElementType::I8 => {
                $crate::rows::elements::Element::elements($function::<i8> $arguments)
            }
            millrace_inference::rows::ElementType::I16 => {
                $crate::rows::elements::Element::elements($function::<i16> $arguments)
            }
            _ => $crate::rows::elements::Element::elements($function::<i32> $arguments),
        }
    };
}
pub(super) use for_element;

impl Elements {
    /// Elements that registration knows to be `i8`.
    pub fn i8(&self) -> &[i8] {
        match self {
            Self::I8(all) => all,
            _ => unreachable!("registration checked the types; qed"),
        }
    }

    /// Elements that registration knows to be `i16`.
    pub fn i16(&self) -> &[i16] {
        match self {
            Self::I16(all) => all,
            _ => unreachable!("registration checked the types; qed"),
        }
    }

    /// Elements that registration knows to be wide, sums or ids.
    pub fn i32(&self) -> &[i32] {
        match self {
            Self::I32(all) => all,
            _ => unreachable!("registration checked the types; qed"),
        }
    }

    /// Appends the bytes of so many elements, as an output or a leaf has them.
    pub fn write(&self, elements: Range<usize>, bytes: &mut Vec<u8>) {
        match self {
            Self::I8(all) => write(&all[elements], |x| x.to_le_bytes(), bytes),
            Self::I16(all) => write(&all[elements], |x| x.to_le_bytes(), bytes),
            Self::I32(all) => write(&all[elements], |x| x.to_le_bytes(), bytes),
        }
    }

    /// Appends rows of the same type.
    pub fn append(&mut self, other: &Self) {
        match (self, other) {
            (Self::I8(all), Self::I8(more)) => all.extend(more),
            (Self::I16(all), Self::I16(more)) => all.extend(more),
            (Self::I32(all), Self::I32(more)) => all.extend(more),
            _ => unreachable!("rows of one node have one type; qed"),
        }
    }

    /// The rows of these numbers alone.
    pub fn select(&self, width: usize, rows: impl Iterator<Item = usize>) -> Self {
        fn of<T: Element>(all: &[T], width: usize, rows: impl Iterator<Item = usize>) -> Vec<T> {
            rows.flat_map(|row| all[row * width..][..width].iter().copied()).collect()
        }
        match self {
            Self::I8(all) => Self::I8(of(all, width, rows)),
            Self::I16(all) => Self::I16(of(all, width, rows)),
            Self::I32(all) => Self::I32(of(all, width, rows)),
        }
    }
}

/// Appends the bytes of elements; the compiler copies them whole on processors that have them in this order.
fn write<T: Copy, const N: usize>(elements: &[T], to_bytes: impl Fn(T) -> [u8; N], bytes: &mut Vec<u8>) {
    let start = bytes.len();
    bytes.resize(start + N * elements.len(), 0);
    for (bytes, element) in bytes[start..].as_chunks_mut().0.iter_mut().zip(elements) {
        *bytes = to_bytes(*element);
    }
}

/// Bytes of an element as the engine holds it.
pub(super) fn held_bytes(element: ElementType) -> u64 {
    element.bytes().into()
}

/// The least and the largest element of a type.
pub(super) fn bounds(element: ElementType) -> [i32; 2] {
    let (least, most) = range(element);
    [least, most].map(|bound| i32::try_from(bound).unwrap_or(i32::MAX))
}
