//! Exact integer matrix products of linear operators, `i8` in and `i32` out, by the kernel that suits a machine.
//!
//! * [`Kernel::Float`]: burn, in `f32` over at most [`CHUNK`] columns at a time. The products of two `i8` and
//!   their partial sums stay at most 2²⁴, where every integer is an `f32`, so no order of summation rounds. The
//!   partial sums are added as `i32`.
//! * [`Kernel::Byte`]: the processor's 8-bit multiply-add instructions, `u8` on the left and `i8` on the right. X is
//!   moved into `u8`, which the kernel takes back through a zero point. Where those instructions saturate sums of two
//!   products at 2¹⁵ (AVX2), it is exact only as long as no |w| exceeds [`SATURATION_FREE`], so W is halved first:
//!   `w = ⌊w/2⌋ + (w − ⌊w/2⌋)`, both within ±64, and two products are added.
//! * [`Kernel::Integer`]: burn, in `i32`. It is the only one that a GPU is trusted with: what its `f32` units round
//!   is the driver's choice.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use millrace_inference::{Columns, Linear, Patches};
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix, QuantParams};
use rten_tensor::NdTensorView;

use crate::{
    convolution::{reorder, Images},
    Backend, EngineError,
};

/// Columns of W that one `f32` product sums over: `1024 · 128 · 128 = 2²⁴`.
pub const CHUNK: usize = 1024;
/// Elements of X that the products of all threads read at most at once, whatever the batch: 32 MiB as `f32`.
pub(crate) const BLOCK: usize = 8 << 20;
/// `255 · 64 + 255 · 64 ≤ 2¹⁵ − 1`.
const SATURATION_FREE: u8 = 64;
/// `m · 255 · 128 < 2³¹`: no intermediate sum of the byte kernel leaves `i32`.
const MAX_BYTE_COLUMNS: usize = 65_793;

/// How products are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// burn's `f32` product over chunks.
    Float,
    /// 8-bit multiply-adds.
    Byte,
    /// burn's `i32` product.
    Integer,
}

thread_local! {
    /// The byte kernel of this machine's processor. It can't be sent between threads.
    static BYTE_KERNEL: ByteKernel = GemmExecutor::new();
}

type ByteKernel = GemmExecutor<u8, i8, i32>;

/// What products need besides their operands.
pub(crate) struct Products {
    device: Device,
    is_gpu: bool,
    /// The byte kernel may saturate.
    saturates: bool,
}

impl Products {
    pub fn new(backend: &Backend) -> Self {
        Self {
            device: backend.device.clone(),
            is_gpu: backend.is_gpu,
            saturates: BYTE_KERNEL.with(ByteKernel::may_saturate),
        }
    }

    /// The kernels that this backend is trusted with.
    pub fn kernels(&self) -> &'static [Kernel] {
        if self.is_gpu {
            &[Kernel::Integer]
        } else {
            &[Kernel::Float, Kernel::Byte, Kernel::Integer]
        }
    }

    /// The byte kernel's name, and whether its instructions never saturate.
    pub fn byte_kernel(&self) -> (String, bool) {
        (BYTE_KERNEL.with(|kernel| kernel.kernel_name().to_owned()), !self.saturates)
    }

    /// The kernel that is fastest for a W of m columns here; docs/benchmarks.md has the figures.
    fn choose(&self, m: usize) -> Kernel {
        if self.is_gpu {
            Kernel::Integer
        } else if m <= MAX_BYTE_COLUMNS {
            Kernel::Byte
        } else {
            Kernel::Float
        }
    }

    /// Prepares an operator's W for a kernel, or for the fastest one.
    pub fn prepare(&self, operator: &Linear<'_>, kernel: Option<Kernel>) -> Parameters {
        let Linear { parameters: w, n, m, .. } = *operator;
        let kernel = kernel.unwrap_or_else(|| self.choose(m));
        let form = if kernel == Kernel::Byte && m <= MAX_BYTE_COLUMNS {
            let fits = w.iter().all(|w| w.unsigned_abs() <= SATURATION_FREE);
            let parts = if !self.saturates || fits {
                vec![w.to_vec()]
            } else {
                let half: Vec<i8> = w.iter().map(|w| w >> 1).collect();
                let rest = w.iter().zip(&half).map(|(w, half)| w - half).collect();
                vec![half, rest]
            };
            let pack = |w: &Vec<i8>| {
                let transposed = NdTensorView::from_data([n, m], w.as_slice()).transposed();
                BYTE_KERNEL.with(|kernel| kernel.prepack_b(transposed))
            };
            match operator.columns {
                Columns::Patches { patches, .. } if Images::suit(&patches) => {
                    Form::Filters(parts.iter().map(|w| pack(&reorder(w, &patches))).collect())
                }
                _ => Form::Bytes(parts.iter().map(pack).collect()),
            }
        } else if kernel == Kernel::Integer {
            let values = w.iter().map(|w| i32::from(*w)).collect();
            Form::Integers(Box::new(integers(values, n, m, &self.device)))
        } else {
            let chunk = |from: usize| {
                let width = CHUNK.min(m - from);
                let rows = w.chunks_exact(m.max(1)).flat_map(|row| &row[from..from + width]);
                matrix(rows.map(|w| f32::from(*w)).collect(), n, width, &self.device).transpose()
            };
            Form::Floats((0..m).step_by(CHUNK).map(chunk).collect())
        };
        Parameters { n, m, form }
    }

    /// The accumulators of an operator in the layout that [`Columns`] says, at most `block` elements of X at once.
    pub fn accumulate(
        &self,
        w: &Parameters,
        operator: &Linear<'_>,
        block: usize,
    ) -> Result<Vec<i32>, EngineError> {
        if let (Form::Filters(filters), Columns::Patches { patches, pad_value }) = (&w.form, operator.columns)
        {
            return convolve(filters, operator, &patches, pad_value);
        }
        let block = (block / operator.m.max(1)).max(1) * operator.m.max(1);
        let mut sums = Vec::with_capacity(operator.count() * operator.n);
        match operator.columns {
            Columns::Contiguous => {
                for columns in operator.input.chunks(block) {
                    self.multiply(w, columns, &mut sums)?;
                }
                Ok(sums)
            }
            Columns::Patches { .. } => {
                let mut columns = Vec::with_capacity(block.min(operator.count() * operator.m));
                let mut outcome = Ok(());
                operator.all_columns(|x| {
                    columns.extend_from_slice(x);
                    if columns.len() >= block {
                        outcome = self.multiply(w, &columns, &mut sums);
                        columns.clear();
                    }
                    outcome.is_ok()
                });
                outcome?;
                self.multiply(w, &columns, &mut sums)?;
                let mut planes = Vec::with_capacity(sums.len());
                append_planes(&sums, operator.n, operator.group(), &mut planes);
                Ok(planes)
            }
        }
    }

    /// Appends X·Wᵀ, row by row, for an X of whole rows of m.
    fn multiply(&self, w: &Parameters, x: &[i8], sums: &mut Vec<i32>) -> Result<(), EngineError> {
        let rows = x.len().checked_div(w.m).unwrap_or(0);
        if rows == 0 {
            return Ok(());
        }
        let from = sums.len();
        sums.resize(from + rows * w.n, 0);
        match &w.form {
            Form::Floats(chunks) => self.multiply_floats(chunks, w.m, x, &mut sums[from..]),
            Form::Bytes(parts) => multiply_bytes(parts, w.m, x, &mut sums[from..]),
            Form::Integers(parameters) => self.multiply_integers(parameters, rows, w.m, x, &mut sums[from..]),
            Form::Filters(_) => unreachable!("filters are made for convolutions, which are convolved; qed"),
        }
    }

    /// W stays on the left: burn's product transposes its right operand anew each time.
    fn multiply_integers(
        &self,
        parameters: &Tensor<2, Int>,
        rows: usize,
        m: usize,
        x: &[i8],
        sums: &mut [i32],
    ) -> Result<(), EngineError> {
        let values = x.iter().map(|x| i32::from(*x)).collect();
        let columns = integers(values, rows, m, &self.device).transpose();
        let product = parameters.clone().matmul(columns).transpose();
        let failed = |error: &dyn std::fmt::Debug| EngineError::Burn(format!("{error:?}"));
        let data = product.try_into_data().map_err(|error| failed(&error))?;
        sums.copy_from_slice(data.as_slice::<i32>().map_err(|error| failed(&error))?);
        Ok(())
    }

    fn multiply_floats(
        &self,
        chunks: &[Tensor<2>],
        m: usize,
        x: &[i8],
        sums: &mut [i32],
    ) -> Result<(), EngineError> {
        let rows = x.len() / m;
        for (index, parameters) in chunks.iter().enumerate() {
            let first = index * CHUNK;
            let width = CHUNK.min(m - first);
            let values =
                x.chunks_exact(m).flat_map(|row| &row[first..first + width]).map(|x| f32::from(*x)).collect();
            let product = matrix(values, rows, width, &self.device).matmul(parameters.clone());
            let failed = |error: &dyn std::fmt::Debug| EngineError::Burn(format!("{error:?}"));
            let data = product.try_into_data().map_err(|error| failed(&error))?;
            let partial = data.as_slice::<f32>().map_err(|error| failed(&error))?;
            for (sum, value) in sums.iter_mut().zip(partial) {
                // Exact: |value| ≤ 2²⁴ and integral.
                *sum = sum.wrapping_add(*value as i32);
            }
        }
        Ok(())
    }
}

/// The accumulators of a convolution, `[samples, n, positions]`.
fn convolve(
    filters: &[PackedBMatrix<i8>],
    operator: &Linear<'_>,
    patches: &Patches,
    pad_value: i8,
) -> Result<Vec<i32>, EngineError> {
    let Linear { input, n, m, .. } = *operator;
    let mut accumulators = Vec::with_capacity(operator.count() * n);
    let mut images = Images::new(patches);
    let (mut rows, mut sums) = (Vec::new(), Vec::new());
    for block in input.chunks((images.together() * patches.sample()).max(1)) {
        images.lay_out(block, pad_value);
        let positions = block.len() / patches.sample().max(1) * patches.positions();
        sums.resize(positions * n, 0);
        let at_once = images.at_once(m);
        for (index, sums) in sums.chunks_mut((at_once * n).max(1)).enumerate() {
            let first = index * at_once;
            images.unroll(first..positions.min(first + at_once), &mut rows);
            multiply_moved(filters, m, &rows, sums)?;
        }
        append_planes(&sums, n, patches.positions(), &mut accumulators);
    }
    Ok(accumulators)
}

/// Positions whose accumulators stay in the cache while they are spread over the planes.
const SPREAD: usize = 16;

/// Appends `[samples, positions, n]` as `[samples, n, positions]`: images instead of patches.
fn append_planes(columns: &[i32], n: usize, positions: usize, planes: &mut Vec<i32>) {
    let from = planes.len();
    planes.resize(from + columns.len(), 0);
    let sample = (n * positions).max(1);
    for (columns, planes) in columns.chunks_exact(sample).zip(planes[from..].chunks_exact_mut(sample)) {
        for (index, columns) in columns.chunks(SPREAD * n).enumerate() {
            for (row, plane) in planes.chunks_exact_mut(positions).enumerate() {
                let sums = columns[row..].iter().step_by(n);
                plane[index * SPREAD..].iter_mut().zip(sums).for_each(|(to, sum)| *to = *sum);
            }
        }
    }
}

fn multiply_bytes(
    parts: &[PackedBMatrix<i8>],
    m: usize,
    x: &[i8],
    sums: &mut [i32],
) -> Result<(), EngineError> {
    let moved: Vec<u8> = x.iter().map(|x| x.cast_unsigned() ^ 0x80).collect();
    multiply_moved(parts, m, &moved, sums)
}

/// X·Wᵀ for an X that was moved into `u8` by 128.
fn multiply_moved(
    parts: &[PackedBMatrix<i8>],
    m: usize,
    moved: &[u8],
    sums: &mut [i32],
) -> Result<(), EngineError> {
    let rows = moved.len() / m;
    let zero_points = vec![0x80; rows];
    for (index, part) in parts.iter().enumerate() {
        let options = GemmOptions {
            beta: i32::from(index > 0),
            a_quant: Some(QuantParams { zero_point: &zero_points }),
            ..Default::default()
        };
        let x = GemmInputA::Unpacked(NdTensorView::from_data([rows, m], moved));
        BYTE_KERNEL
            .with(|kernel| kernel.gemm(sums, x, GemmInputB::Packed(part), options))
            .map_err(|error| EngineError::Product(error.to_string()))?;
    }
    Ok(())
}

/// W of one operator, prepared.
pub(crate) struct Parameters {
    n: usize,
    m: usize,
    form: Form,
}

enum Form {
    /// Chunks of Wᵀ, each at most [`CHUNK`] × n.
    Floats(Vec<Tensor<2>>),
    /// Wᵀ, or two matrices that add up to it.
    Bytes(Vec<PackedBMatrix<i8>>),
    /// The same of a convolution, whose W is in the order of its patches.
    Filters(Vec<PackedBMatrix<i8>>),
    /// W itself.
    Integers(Box<Tensor<2, Int>>),
}

impl Parameters {
    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        let cells = self.n.saturating_mul(self.m);
        match &self.form {
            Form::Floats(_) | Form::Integers(_) => cells.saturating_mul(4),
            Form::Bytes(parts) | Form::Filters(parts) => cells.saturating_mul(parts.len()),
        }
    }
}

fn integers(values: Vec<i32>, rows: usize, columns: usize, device: &Device) -> Tensor<2, Int> {
    Tensor::from_data(TensorData::new(values, [rows, columns]), (device, DType::I32))
}

fn matrix(values: Vec<f32>, rows: usize, columns: usize, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, [rows, columns]), (device, DType::F32))
}
