//! Sections 5 and 7: the trace and its verification.

use super::{
    demand,
    model::{Model, Node, Operator},
    operators::Product,
    Definition, Mistake, Refused, Result,
};

/// What executing leaves.
pub struct Execution {
    pub output: Vec<u8>,
    pub trace: Vec<u8>,
    /// What the trace holds, in node order.
    pub accumulators: Vec<Vec<i64>>,
}

impl Definition {
    pub fn execute(self, model: &Model, input: &[u8]) -> Result<Execution> {
        let tensors = self.walk(model, input, &mut |product| Ok(product.compute()))?;
        let depthwise = |node: &Node| {
            self.has(Mistake::DepthwiseTraced) && matches!(node.operator, Operator::DepthwiseConv2d { .. })
        };
        let output = self.output_of(model, &tensors);
        let accumulators: Vec<Vec<i64>> = model
            .nodes
            .iter()
            .zip(tensors)
            .filter(|(node, _)| node.is_traced() || depthwise(node))
            .map(|(_, values)| values)
            .collect();
        Ok(Execution { output, trace: self.pack(&accumulators), accumulators })
    }

    fn output_of(self, model: &Model, tensors: &[Vec<i64>]) -> Vec<u8> {
        let last = tensors.len() - 1;
        self.output(&tensors[last], model.tensors[last].wide)
    }

    fn width(self, values: &[i64]) -> usize {
        let fits = |width: &usize| {
            let end = 1i64 << (width - 1);
            let from = if self.has(Mistake::WidthSymmetric) { 1 - end } else { -end };
            values.iter().all(|value| (from..end).contains(value))
        };
        let least = if self.has(Mistake::WidthFromOne) { 1 } else { 2 };
        // More than 32 only after a mistake.
        (least..=48).find(fits).unwrap_or(48)
    }

    pub fn pack(self, layers: &[Vec<i64>]) -> Vec<u8> {
        let widths: Vec<usize> = layers.iter().map(|values| self.width(values)).collect();
        let mut bits = Vec::new();
        for (values, own) in layers.iter().zip(&widths) {
            let widest = widths.iter().copied().max().unwrap_or(*own);
            let width = if self.has(Mistake::WidthOfWholeTrace) { widest } else { *own };
            bits.extend((0..8).map(|bit| (width >> bit) & 1 == 1));
            for value in values {
                let order = |bit: usize| {
                    if self.has(Mistake::BitsHighestFirst) {
                        width - 1 - bit
                    } else {
                        bit
                    }
                };
                bits.extend((0..width).map(|bit| (value >> order(bit)) & 1 == 1));
            }
            if !self.has(Mistake::NoFilling) {
                bits.resize(bits.len().next_multiple_of(8), false);
            }
        }
        let byte = |bits: &[bool]| bits.iter().rev().fold(0, |byte, bit| 2 * byte + u8::from(*bit));
        bits.chunks(8).map(byte).collect()
    }

    /// The next node's accumulators.
    fn unpack(self, trace: &mut &[u8], count: usize) -> Result<Vec<i64>> {
        let (width, rest) = trace.split_first().ok_or(Refused)?;
        let width = usize::from(*width);
        demand((2..=32).contains(&width))?;
        let length = (count * width).div_ceil(8);
        let (packed, rest) = rest.split_at(length.min(rest.len()));
        *trace = rest;
        let mut packed = packed.to_vec();
        if self.has(Mistake::TruncatedAsZeros) {
            packed.resize(length, 0);
        }
        demand(packed.len() == length)?;
        let bit = |at: usize| i64::from((packed[at / 8] >> (at % 8)) & 1);
        let value = |index: usize| {
            let from = index * width;
            let unsigned: i64 = (0..width).map(|b| bit(from + b) << b).sum();
            unsigned - (bit(from + width - 1) << width)
        };
        let values: Vec<i64> = (0..count).map(value).collect();
        let filled = (count * width..8 * length).all(|at| bit(at) == 0);
        demand(filled || self.has(Mistake::FillingUnchecked))?;
        demand(self.width(&values) == width || self.has(Mistake::WidthUnchecked))?;
        Ok(values)
    }

    /// The output, if the trace is right.
    pub fn verify(self, model: &Model, input: &[u8], trace: &[u8], seed: &[u8; 32]) -> Result<Vec<u8>> {
        let mut nodes = (0u32..).zip(&model.nodes).filter(|(_, node)| node.is_traced());
        let (mut rest, mut lanes_kept) = (trace, 0);
        let tensors = self.walk(model, input, &mut |product| {
            let (node, _) = nodes.next().ok_or(Refused)?;
            let (n, m, columns) = (product.rows.len(), product.rows[0].len(), product.columns.len());
            let claimed = self.unpack(&mut rest, n * columns)?;
            let lanes = 32 * (n + m);
            let fits = lanes_kept + lanes <= 2 * 1024 * 1024;
            let holds = if 2 * n * m * columns > 4 * (n * m + columns * (n + m)) + 192 * n && fits {
                lanes_kept += lanes;
                self.folds(product, &claimed, &self.lanes(seed, node, n))
            } else {
                self.recomputes(product, &claimed)
            };
            demand(holds)?;
            Ok(claimed)
        })?;
        demand(rest.is_empty() || self.has(Mistake::LeftOverUnchecked))?;
        Ok(self.output_of(model, &tensors))
    }

    fn recomputes(self, product: &Product, claimed: &[i64]) -> bool {
        let computed = product.compute();
        let checked = |row: usize, column: usize| match self.mistake {
            Some(Mistake::RecomputesFirstRow) => row == 0,
            Some(Mistake::RecomputesFirstColumn) => column == 0,
            _ => true,
        };
        let place = |row: usize, column: usize| product.place(row, column);
        (0..product.rows.len()).all(|row| {
            (0..product.columns.len())
                .filter(|column| checked(row, *column))
                .map(|column| place(row, column))
                .all(|at| computed[at] == claimed[at])
        })
    }

    /// Whether `rᵀW·x = rᵀy` for every column and lane.
    fn folds(self, product: &Product, claimed: &[i64], drawn: &[Vec<u64>]) -> bool {
        let (n, m) = (product.rows.len(), product.rows[0].len());
        (0..drawn[0].len()).all(|lane| {
            let r: Vec<u64> = (0..n)
                .map(|row| match self.mistake {
                    Some(Mistake::FoldWithOnes) => 1,
                    Some(Mistake::FoldWithFirstRow) => drawn[0][lane],
                    _ => drawn[row][lane],
                })
                .collect();
            let u: Vec<u64> =
                (0..m).map(|k| sum((0..n).map(|row| (r[row], product.rows[row][k] as u64)))).collect();
            product.columns.iter().enumerate().all(|(column, x)| {
                let y = |row: usize| {
                    let y = claimed[product.place(row, column)] as u64;
                    if self.has(Mistake::FoldUnsigned) {
                        y & u64::from(u32::MAX)
                    } else {
                        y
                    }
                };
                let folded = sum((0..m).map(|k| (u[k], x[k] as u64)));
                let difference = folded.wrapping_sub(sum((0..n).map(|row| (r[row], y(row)))));
                if self.has(Mistake::FoldIn32Bits) {
                    difference as u32 == 0
                } else {
                    difference == 0
                }
            })
        })
    }
}

/// Of products, mod 2⁶⁴.
fn sum(factors: impl Iterator<Item = (u64, u64)>) -> u64 {
    factors.fold(0u64, |sum, (a, b)| sum.wrapping_add(a.wrapping_mul(b)))
}
