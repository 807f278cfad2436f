//! One element of one node of one row, from nothing but its operands: what settles a dispute.

use core::fmt;

use super::{
    evaluate::{expect_ids, EvaluationError},
    format::node::Node,
    openings::{Opened, OpenedValues, Opening, Openings, Part, Place},
    operators::{operator, operator::Site},
    registration::checked::CheckedModel,
    rescale::range,
};

/// Why an element can't be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementError {
    /// The sequence itself is impossible.
    Ids(EvaluationError),
    /// There is no such node, row or element, or the node has no such part.
    NoSuchElement,
    /// Operands are missing, or there are too many.
    Count {
        /// Operands that it takes, parameters included.
        expected: usize,
        /// Operands that came.
        got: usize,
    },
    /// An operand has another length, or is a sum where it should be an element, or the other way round.
    Operand {
        /// Its number.
        index: usize,
    },
    /// An operand has an element that its node's type hasn't.
    OutOfType {
        /// The operand's number.
        index: usize,
    },
    /// Bytes of the blob have another length.
    Parameter {
        /// Their number.
        index: usize,
    },
    /// Something isn't there that a registered model has.
    Inconsistent,
}

/// Everything that an element of an execution on this sequence depends on.
///
/// # Errors
/// [`ElementError::Ids`] or [`ElementError::NoSuchElement`].
pub fn openings(model: &CheckedModel, ids: &[u32], place: Place) -> Result<Openings, ElementError> {
    let (node, site) = site(model, ids, place)?;
    operator(node).openings(&site).ok_or(ElementError::Inconsistent)
}

/// Bytes of the elements that were asked for, each in its type's bytes and sums in eight, and of the parameters.
pub fn operand_bytes(model: &CheckedModel, openings: &Openings) -> u64 {
    let values = openings.values.iter().map(|opening| {
        let bytes = match *opening {
            Opening::Row { node, .. } | Opening::Column { node, .. } => {
                model.tensor(node).map_or(4, |tensor| tensor.element.bytes())
            }
            Opening::Sums { .. } => 8,
        };
        u64::from(opening.count()).saturating_mul(bytes.into())
    });
    let parameters = openings.parameters.iter().map(|slice| slice.length);
    values.chain(parameters).fold(0, u64::saturating_add)
}

/// The element, from what [`openings`] asked for in that order. Whoever calls knows that these are the rows and the blob's
/// bytes; here they are only measured.
///
/// # Errors
/// Any [`ElementError`].
pub fn element(
    model: &CheckedModel,
    ids: &[u32],
    place: Place,
    opened: &Opened<'_>,
) -> Result<i64, ElementError> {
    let (node, site) = site(model, ids, place)?;
    let asked = operator(node).openings(&site).ok_or(ElementError::Inconsistent)?;
    let expected = asked.values.len().saturating_add(asked.parameters.len());
    let got = opened.values.len().saturating_add(opened.parameters.len());
    if asked.values.len() != opened.values.len() || expected != got {
        return Err(ElementError::Count { expected, got });
    }
    for (index, (opening, values)) in asked.values.iter().zip(opened.values).enumerate() {
        expect_operand(model, *opening, values, index)?;
    }
    for (index, (slice, bytes)) in asked.parameters.iter().zip(opened.parameters).enumerate() {
        if u64::try_from(bytes.len()) != Ok(slice.length) {
            return Err(ElementError::Parameter { index });
        }
    }
    operator(node).element(&site, opened).ok_or(ElementError::Inconsistent)
}

/// The node and everything that is known without operands.
fn site<'a>(
    model: &'a CheckedModel,
    ids: &'a [u32],
    place: Place,
) -> Result<(&'a Node, Site<'a>), ElementError> {
    let tokens = expect_ids(model, 0, ids).map_err(ElementError::Ids)?;
    let tensors = model.graph.tensors();
    let index = usize::try_from(place.node).unwrap_or(usize::MAX);
    let node = model.model().nodes.get(index).ok_or(ElementError::NoSuchElement)?;
    let own = tensors.read(place.node).map_err(|_| ElementError::NoSuchElement)?;
    let rows = match (place.part, node) {
        (Part::Sums, Node::Pool(_)) => tokens,
        (Part::Output, _) => own.rows.of(tokens),
        (Part::Sums, _) => 0,
    };
    if place.row >= rows || place.element >= tensors.elements(own, place.row, tokens) {
        return Err(ElementError::NoSuchElement);
    }
    Ok((node, Site { tensors, ids, place }))
}

/// # Errors
/// [`ElementError::Operand`] or [`ElementError::OutOfType`].
fn expect_operand(
    model: &CheckedModel,
    opening: Opening,
    values: &OpenedValues,
    index: usize,
) -> Result<(), ElementError> {
    let (length, fits) = match (opening, values) {
        (Opening::Row { node, .. } | Opening::Column { node, .. }, OpenedValues::Elements(elements)) => {
            let tensor = model.tensor(node).ok_or(ElementError::Inconsistent)?;
            let (least, most) = range(tensor.element);
            (elements.len(), elements.iter().all(|x| (least..=most).contains(&i64::from(*x))))
        }
        // Beyond it no sums of wide rows are; adding an element to one of them can't overflow.
        (Opening::Sums { .. }, OpenedValues::Sums(sums)) => {
            (sums.len(), sums.iter().all(|sum| sum.unsigned_abs() < 1 << 37))
        }
        _ => return Err(ElementError::Operand { index }),
    };
    if u32::try_from(length) != Ok(opening.count()) {
        return Err(ElementError::Operand { index });
    }
    fits.then_some(()).ok_or(ElementError::OutOfType { index })
}

impl fmt::Display for ElementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ids(error) => error.fmt(f),
            Self::NoSuchElement => write!(f, "there is no such element"),
            Self::Count { expected, got } => write!(f, "{got} operands came, expected {expected}"),
            Self::Operand { index } => write!(f, "operand {index} has another length or kind"),
            Self::OutOfType { index } => write!(f, "operand {index} has elements beyond its type"),
            Self::Parameter { index } => write!(f, "parameters {index} have another length"),
            Self::Inconsistent => write!(f, "operands are missing"),
        }
    }
}

impl core::error::Error for ElementError {}
