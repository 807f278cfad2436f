//! Executes integer models with burn, bit-exact with `millrace-inference`.
//!
//! Linear operators and convolutions run as matrix products, see [`Kernel`]; everything else is
//! `millrace-inference`'s own code.
//!
//! An [`Engine`] owns its threads; a panic inside burn becomes an [`EngineError::Panicked`].

use std::{
    any::Any,
    panic::{catch_unwind, AssertUnwindSafe},
};

use millrace_inference::{
    execute, pack,
    testing::{random_input, random_model, Random},
    walk, CheckedModel, Columns, Execution, ExecutionError, Linear, LinearOperators, ModelError,
};
use rayon::{ThreadPool, ThreadPoolBuilder};

mod product;

pub use product::{Kernel, CHUNK};
use product::{Parameters, Products};

/// Elements of X that one product reads at most, whatever the batch: 32 MiB as `f32`.
const BLOCK: usize = 8 << 20;
/// Random models that a self-test executes.
const TEST_MODELS: u64 = 16;

/// What can go wrong in an engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The model's bytes are no valid model.
    #[error("the model can't be executed: {0}")]
    Model(#[from] ModelError),
    /// The input doesn't fit the model.
    #[error("the model can't be executed on this input: {0}")]
    Execution(#[from] ExecutionError),
    /// burn refused an operation.
    #[error("burn failed: {0}")]
    Burn(String),
    /// The byte kernel refused an operation.
    #[error("the byte kernel failed: {0}")]
    Product(String),
    /// burn panicked; the engine goes on.
    #[error("burn panicked: {0}")]
    Panicked(String),
    /// The threads could not be started.
    #[error("the engine's threads can't be started: {0}")]
    Threads(String),
    /// The self-test gave another result than the reference.
    #[error("this machine's arithmetic differs from the reference; it must not mine")]
    Inexact,
}

/// A model with its parameters ready for products.
pub struct PreparedModel {
    checked: CheckedModel,
    /// W of each linear operator, in node order.
    layers: Vec<(u32, Parameters)>,
}

impl PreparedModel {
    /// The model itself.
    pub fn checked(&self) -> &CheckedModel {
        &self.checked
    }

    /// Bytes that its prepared parameters take.
    pub fn bytes(&self) -> usize {
        self.layers.iter().map(|(_, parameters)| parameters.bytes()).sum()
    }
}

/// Threads that execute models.
pub struct Engine {
    pool: ThreadPool,
    products: Products,
}

impl Engine {
    /// An engine with this many threads. `guard` is called on each and what it returns is kept as long as
    /// the thread runs: a node keeps its panic hook from ending the process there.
    ///
    /// # Errors
    /// [`EngineError::Threads`], or what [`Self::self_test`] says.
    pub fn new(
        threads: usize,
        guard: impl Fn() -> Box<dyn Any> + Clone + Send + 'static,
    ) -> Result<Self, EngineError> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads.max(1))
            .thread_name(|index| format!("engine-{index}"))
            .spawn_handler(move |thread| {
                let guard = guard.clone();
                let mut builder = std::thread::Builder::new();
                if let Some(name) = thread.name() {
                    builder = builder.name(name.to_owned());
                }
                builder.spawn(move || {
                    let _guard = guard();
                    thread.run();
                })?;
                Ok(())
            })
            .build()
            .map_err(|error| EngineError::Threads(error.to_string()))?;
        let engine = Self { pool, products: Products::new() };
        engine.self_test()?;
        Ok(engine)
    }

    /// The byte kernel that this machine runs, and whether its instructions never saturate.
    pub fn byte_kernel(&self) -> (String, bool) {
        self.products.byte_kernel()
    }

    /// Threads of this engine.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Compares each kernel with the reference: on products with all-extreme values across a chunk's border, and
    /// on some random models of every operator.
    ///
    /// # Errors
    /// [`EngineError::Inexact`] if one bit differs.
    pub fn self_test(&self) -> Result<(), EngineError> {
        let columns = 2 * CHUNK as u32 + 1;
        let model = millrace_inference::Model {
            nodes: vec![
                millrace_inference::Node::Input { shape: vec![columns] },
                millrace_inference::Node::Linear {
                    input: 0,
                    outputs: 3,
                    parameters: [i8::MIN, i8::MAX, -1]
                        .iter()
                        .flat_map(|w| vec![*w; columns as usize])
                        .collect(),
                },
            ],
        };
        let input: Vec<u8> =
            [i8::MIN, i8::MAX].iter().flat_map(|x| vec![x.cast_unsigned(); columns as usize]).collect();
        for kernel in [Some(Kernel::Float), Some(Kernel::Byte), None] {
            self.compare(&self.prepare_for(&model.to_bytes(), kernel)?, &input)?;
            for seed in 0..TEST_MODELS {
                let mut random = Random(seed);
                let model = self.prepare_for(&random_model(&mut random, 40).to_bytes(), kernel)?;
                let input = random_input(&mut random, model.checked.profile().sample_bytes, 5);
                self.compare(&model, &input)?;
            }
        }
        Ok(())
    }

    fn compare(&self, model: &PreparedModel, input: &[u8]) -> Result<(), EngineError> {
        let equal = self.execute(model, input)? == execute(&model.checked, input)?;
        equal.then_some(()).ok_or(EngineError::Inexact)
    }

    /// Decodes, checks and prepares a model.
    ///
    /// # Errors
    /// [`EngineError::Model`] or [`EngineError::Panicked`].
    pub fn prepare(&self, encoding: &[u8]) -> Result<PreparedModel, EngineError> {
        self.prepare_for(encoding, None)
    }

    /// [`Self::prepare`] for one kernel; none stands for the fastest of each operator.
    ///
    /// # Errors
    /// As [`Self::prepare`].
    pub fn prepare_for(&self, encoding: &[u8], kernel: Option<Kernel>) -> Result<PreparedModel, EngineError> {
        let checked = CheckedModel::from_bytes(encoding)?;
        let layers = self.guarded(|| {
            let layers = checked.linear_operators().map(|Linear { node, parameters, m, .. }| {
                (node, self.products.prepare(parameters, m, kernel))
            });
            Ok(layers.collect())
        })?;
        Ok(PreparedModel { checked, layers })
    }

    /// Executes a model on a batch: output and trace, exactly as [`millrace_inference::execute`] gives them.
    ///
    /// # Errors
    /// [`EngineError::Execution`], [`EngineError::Burn`] or [`EngineError::Panicked`].
    pub fn execute(&self, model: &PreparedModel, input: &[u8]) -> Result<Execution, EngineError> {
        self.guarded(|| {
            let mut run = Run { engine: self, layers: model.layers.iter(), trace: Vec::new() };
            let output = walk(&model.checked, input, &mut run)?;
            Ok(Execution { output, trace: run.trace })
        })
    }

    /// Runs on the engine's own threads and turns a panic into an error.
    fn guarded<R: Send>(
        &self,
        work: impl FnOnce() -> Result<R, EngineError> + Send,
    ) -> Result<R, EngineError> {
        self.pool.install(|| catch_unwind(AssertUnwindSafe(work))).unwrap_or_else(|panic| {
            let text = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
                .unwrap_or_else(|| "no message".into());
            Err(EngineError::Panicked(text))
        })
    }
}

struct Run<'a> {
    engine: &'a Engine,
    layers: std::slice::Iter<'a, (u32, Parameters)>,
    trace: Vec<u8>,
}

impl LinearOperators for Run<'_> {
    type Error = EngineError;

    fn linear(&mut self, operator: Linear<'_>) -> Result<Vec<i32>, EngineError> {
        let (node, parameters) = self.layers.next().ok_or(ExecutionError::TooLarge)?;
        debug_assert_eq!(*node, operator.node);
        let block = (BLOCK / operator.m.max(1)).max(1) * operator.m;
        let mut sums = Vec::with_capacity(operator.count() * operator.n);
        let mut columns = Vec::with_capacity(block.min(operator.count() * operator.m));
        let products = &self.engine.products;
        let mut outcome = Ok(());
        operator.all_columns(|x| {
            columns.extend_from_slice(x);
            if columns.len() >= block {
                outcome = products.multiply(parameters, &columns, &mut sums);
                columns.clear();
            }
            outcome.is_ok()
        });
        outcome?;
        if !columns.is_empty() {
            products.multiply(parameters, &columns, &mut sums)?;
        }
        let accumulators = match operator.columns {
            Columns::Contiguous => sums,
            Columns::Patches { .. } => planes(&sums, operator.n, operator.group()),
        };
        pack(&accumulators, &mut self.trace);
        Ok(accumulators)
    }
}

/// `[samples, positions, n]` as `[samples, n, positions]`: images instead of patches.
fn planes(columns: &[i32], n: usize, positions: usize) -> Vec<i32> {
    let mut planes = Vec::with_capacity(columns.len());
    for sample in columns.chunks_exact((n * positions).max(1)) {
        for row in 0..n {
            planes.extend(sample[row..].iter().step_by(n));
        }
    }
    planes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static ENGINE: LazyLock<Engine> =
        LazyLock::new(|| Engine::new(2, || Box::new(())).expect("the self-test passes"));

    proptest! {
        #[test]
        fn traces_equal_the_reference(seed: u64, samples in 1u32..40, width in 1u32..1400) {
            let mut random = Random(seed);
            let width = if width > 200 && random.between(0, 3) > 0 { width / 8 } else { width };
            let encoding = random_model(&mut random, width).to_bytes();
            prop_assume!(encoding.len() <= millrace_inference::limits::MAX_MODEL_BYTES);
            for kernel in [Some(Kernel::Float), Some(Kernel::Byte), None] {
                let model = ENGINE.prepare_for(&encoding, kernel).expect("a valid model");
                let input = random_input(&mut random, model.checked().profile().sample_bytes, samples);
                let ours = ENGINE.execute(&model, &input).expect("whole samples");
                prop_assert_eq!(ours, execute(model.checked(), &input).expect("whole samples"));
            }
        }
    }

    #[test]
    fn a_panic_is_an_error_and_the_engine_goes_on() {
        let verdict: Result<(), _> = ENGINE.guarded(|| panic!("on purpose"));
        assert!(matches!(verdict, Err(EngineError::Panicked(text)) if text == "on purpose"));
        assert!(ENGINE.self_test().is_ok());
    }

    #[test]
    fn a_wrong_input_is_refused() {
        let encoding = random_model(&mut Random(1), 8).to_bytes();
        let model = ENGINE.prepare(&encoding).expect("a valid model");
        assert!(matches!(ENGINE.execute(&model, &[]), Err(EngineError::Execution(_))));
        assert!(matches!(ENGINE.prepare(&[]), Err(EngineError::Model(_))));
    }
}
