//! Executes integer models with burn, bit-exact with `millrace-inference`.
//!
//! Linear operators and convolutions run as matrix products, see [`Kernel`]; everything else is
//! `millrace-inference`'s own code.
//!
//! An [`Engine`] owns its threads; a panic inside burn becomes an [`EngineError::Panicked`].

use std::{
    any::Any,
    panic::{catch_unwind, AssertUnwindSafe},
    sync::atomic::{AtomicU8, Ordering},
};

use millrace_inference::{
    execute,
    testing::{golden, random_input, random_model, Golden, Random},
    walk, CheckedModel, Execution, ExecutionError, Linear, LinearOperators, ModelError, Output, Packed,
};
use rayon::{
    iter::{IntoParallelIterator, ParallelIterator},
    slice::ParallelSlice,
    ThreadPool, ThreadPoolBuilder,
};
use thread_priority::{set_current_thread_priority, ThreadPriority, ThreadPriorityValue};

mod backend;
mod convolution;
mod hash;
mod product;

pub use backend::Backend;
pub use hash::{blake2_256_of_each, hashes_at_once};
pub use product::{Kernel, CHUNK};
use product::{Parameters, Products, BLOCK};

/// Bytes of tensors that one walk over a part of a batch keeps at once, if a sample takes less: about what a core's
/// own cache holds.
const CACHE: u64 = 1 << 20;
/// Bytes that an operator's packed accumulators take besides themselves.
const PACKED: u64 = 128;
/// Random models that a self-test executes.
const TEST_MODELS: u64 = 16;

/// Priority of the threads of an engine in the background, of 0 to 99; on Linux it is the nice value 10.
const BACKGROUND: u8 = 22;

/// How an engine is set up.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Threads that execute models; at least one is started.
    pub threads: usize,
    /// Where products are computed.
    pub backend: Backend,
    /// Whether its threads give way to the process's other threads.
    pub background: bool,
    /// Bytes that a model's parameters and the tensors of one batch may take together.
    pub memory: u64,
}

impl Default for EngineOptions {
    /// All cores but one, on the processor, in the background, with 1 GiB.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads: cores.saturating_sub(1).max(1),
            backend: Backend::cpu(),
            background: true,
            memory: 1 << 30,
        }
    }
}

/// What can go wrong in an engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The model's bytes are no valid model.
    #[error("the model can't be executed: {0}")]
    Model(#[from] ModelError),
    /// The input doesn't fit the model.
    #[error("the model can't be executed on this input: {0}")]
    Execution(#[from] ExecutionError),
    /// The batch needs more memory than the engine may take.
    #[error("executing this takes {needed} bytes, and the engine may take {bound}; raise its memory bound, or don't offer the model")]
    TooLarge {
        /// Bytes needed, an upper bound.
        needed: u64,
        /// Bytes allowed.
        bound: u64,
    },
    /// Whoever asked for the execution doesn't want it any more.
    #[error("the execution was stopped")]
    Stopped,
    /// No backend has this name.
    #[error("there is no engine backend {name}; this machine and build have: {names}")]
    NoBackend {
        /// What was asked for.
        name: String,
        /// What there is.
        names: String,
    },
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
    /// What [`CheckedModel::live_bytes`] says.
    live_bytes: u64,
    /// Its linear operators, in node order.
    layers: Vec<Layer>,
}

/// A linear operator of a prepared model.
struct Layer {
    node: u32,
    parameters: Parameters,
}

impl PreparedModel {
    /// The model itself.
    pub fn checked(&self) -> &CheckedModel {
        &self.checked
    }

    /// Bytes that its prepared parameters take.
    pub fn bytes(&self) -> usize {
        self.layers.iter().map(|layer| layer.parameters.bytes()).sum()
    }

    /// Samples that one walk of a batch takes, if so many threads share it.
    fn part(&self, samples: u32, threads: usize) -> usize {
        let shared = (samples as usize).div_ceil(threads);
        let cached = usize::try_from(CACHE.checked_div(self.live_bytes).unwrap_or(1)).unwrap_or(usize::MAX);
        // Eight samples' accumulators take whole bytes, and are joined to others as they are.
        let cached = if cached > 8 { cached / 8 * 8 } else { cached.max(1) };
        shared.min(cached)
    }

    /// Bytes that executing a batch on so many threads takes at most, the model's parameters included: the tensors that
    /// live at once, one operator's sums and columns beside them, and the trace, in parts and joined.
    fn memory(&self, samples: u32, threads: usize) -> u64 {
        let profile = self.checked.profile();
        let wide = u64::from(samples);
        let parts = wide.div_ceil(self.part(samples, threads) as u64);
        let widest = profile.layers.iter().map(|layer| {
            let columns = wide.saturating_mul(layer.columns.into());
            // Before and after they are put into planes, in halves.
            let sums = columns.saturating_mul(layer.n.into()).saturating_mul(12);
            let block = columns.saturating_mul(layer.m.into()).min(BLOCK as u64);
            // Columns as bytes and as floats; the threads share the block.
            sums.saturating_add(block.saturating_mul(5))
        });
        (self.bytes() as u64)
            .saturating_add(wide.saturating_mul(self.live_bytes))
            .saturating_add(widest.max().unwrap_or(0))
            .saturating_add(profile.max_trace_bytes(samples).saturating_mul(2))
            .saturating_add(PACKED.saturating_mul(profile.layers.len() as u64).saturating_mul(parts))
    }
}

/// Threads that execute models.
pub struct Engine {
    pool: ThreadPool,
    products: Products,
    backend: Backend,
    memory: u64,
}

impl Engine {
    /// Starts an engine. `guard` is called on each of its threads and what it returns is kept as long as the
    /// thread runs: a node keeps its panic hook from ending the process there.
    ///
    /// # Errors
    /// [`EngineError::Threads`], or what [`Self::self_test`] says.
    pub fn new(
        options: EngineOptions,
        guard: impl Fn() -> Box<dyn Any> + Clone + Send + 'static,
    ) -> Result<Self, EngineError> {
        let EngineOptions { threads, backend, background, memory } = options;
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
                    if background {
                        give_way();
                    }
                    thread.run();
                })?;
                Ok(())
            })
            .build()
            .map_err(|error| EngineError::Threads(error.to_string()))?;
        let products = Products::new(&backend);
        let engine = Self { pool, products, backend, memory };
        engine.self_test()?;
        Ok(engine)
    }

    /// Where it computes.
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// The byte kernel that this machine runs, and whether its instructions never saturate.
    pub fn byte_kernel(&self) -> (String, bool) {
        self.products.byte_kernel()
    }

    /// Threads of this engine.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Holds each kernel against the golden executions, and against the reference on products with all-extreme
    /// values across a chunk's border and on some random models of every operator.
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
        for kernel in self.products.kernels().iter().copied().map(Some).chain([None]) {
            self.compare(&self.prepare_for(&model.to_bytes(), kernel)?, &input)?;
            for Golden { model, input, trace } in golden() {
                let exact = self.execute(&self.prepare_for(model, kernel)?, input)?.trace == trace;
                exact.then_some(()).ok_or(EngineError::Inexact)?;
            }
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
    /// [`EngineError::Model`], [`EngineError::TooLarge`] or [`EngineError::Panicked`].
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
            let layers = checked.linear_operators().map(|operator| Layer {
                node: operator.node,
                parameters: self.products.prepare(&operator, kernel),
            });
            Ok(layers.collect())
        })?;
        let live_bytes = checked.live_bytes();
        let model = PreparedModel { checked, live_bytes, layers };
        self.fits(&model, 1)?;
        Ok(model)
    }

    /// Whether the memory bound allows a batch of this many samples.
    ///
    /// # Errors
    /// [`EngineError::TooLarge`].
    pub fn fits(&self, model: &PreparedModel, samples: u32) -> Result<(), EngineError> {
        let needed = model.memory(samples, self.threads());
        if needed > self.memory {
            return Err(EngineError::TooLarge { needed, bound: self.memory });
        }
        Ok(())
    }

    /// Executes a model on a batch: output and trace, exactly as [`millrace_inference::execute`] gives them.
    ///
    /// # Errors
    /// [`EngineError::Execution`], [`EngineError::TooLarge`], what a kernel says, or [`EngineError::Panicked`].
    pub fn execute(&self, model: &PreparedModel, input: &[u8]) -> Result<Execution, EngineError> {
        self.execute_unless(model, input, &|| false)
    }

    /// [`Self::execute`], which `stop` may end before each linear operator.
    ///
    /// # Errors
    /// [`EngineError::Stopped`], and as [`Self::execute`].
    pub fn execute_unless(
        &self,
        model: &PreparedModel,
        input: &[u8],
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Execution, EngineError> {
        self.guarded(|| {
            let (outputs, parts): (_, Vec<_>) =
                self.walk_parts(model, input, true, stop)?.into_iter().unzip();
            Ok(Execution { output: concat(outputs), trace: Packed::join(&parts) })
        })
    }

    /// Executes a model on a batch without keeping a trace, as an engine does whose work nobody has to believe.
    ///
    /// # Errors
    /// As [`Self::execute`].
    pub fn infer(&self, model: &PreparedModel, input: &[u8]) -> Result<Output, EngineError> {
        self.guarded(|| {
            let (outputs, _): (_, Vec<_>) =
                self.walk_parts(model, input, false, &|| false)?.into_iter().unzip();
            Ok(concat(outputs))
        })
    }

    /// Executes the parts of a batch side by side. Each has its output and, if wanted, the accumulators of its linear
    /// operators.
    fn walk_parts(
        &self,
        model: &PreparedModel,
        input: &[u8],
        traced: bool,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Vec<(Output, Vec<Packed>)>, EngineError> {
        let samples = model.checked.profile().samples(input.len())?;
        self.fits(model, samples)?;
        let part = model.part(samples, self.threads());
        let part_bytes = part.saturating_mul(model.checked.profile().sample_bytes as usize);
        let widths: Vec<AtomicU8> = model.layers.iter().map(|_| AtomicU8::new(0)).collect();
        let parts = input.par_chunks(part_bytes.max(1)).map(|part| {
            let packed = traced.then(|| Vec::with_capacity(model.layers.len()));
            let mut run =
                Run { engine: self, layers: &model.layers, widths: &widths, begun: 0, packed, stop };
            let output = walk(&model.checked, part, &mut run)?;
            Ok((output, run.packed.unwrap_or_default()))
        });
        parts.collect()
    }

    /// Runs one piece of work for each number of `numbers` side by side on the engine's threads, and returns what they
    /// found. A piece that calls [`Self::execute_unless`] shares the threads with the others.
    ///
    /// # Errors
    /// The first error of a piece, or [`EngineError::Panicked`].
    pub fn each<R: Send>(
        &self,
        numbers: std::ops::Range<u64>,
        work: impl Fn(u64) -> Result<Option<R>, EngineError> + Send + Sync,
    ) -> Result<Vec<R>, EngineError> {
        self.guarded(|| numbers.into_par_iter().filter_map(|number| work(number).transpose()).collect())
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

/// Lowers the calling thread's priority. A machine that refuses lets it compete, as it did before.
fn give_way() {
    if let Ok(priority) = ThreadPriorityValue::try_from(BACKGROUND) {
        let _ = set_current_thread_priority(ThreadPriority::Crossplatform(priority));
    }
}

/// The output of a batch from those of its parts.
fn concat(parts: Vec<Output>) -> Output {
    let mut parts = parts.into_iter();
    let mut output = parts.next().unwrap_or(Output::I8(Vec::new()));
    parts.for_each(|part| output.append(part));
    output
}

/// One walk over a part of a batch.
struct Run<'a> {
    engine: &'a Engine,
    layers: &'a [Layer],
    /// Bits that the accumulators of each operator need, as far as the batch's parts know.
    widths: &'a [AtomicU8],
    /// Linear operators begun.
    begun: usize,
    /// The accumulators of those, if a trace is wanted.
    packed: Option<Vec<Packed>>,
    stop: &'a (dyn Fn() -> bool + Sync),
}

impl LinearOperators for Run<'_> {
    type Error = EngineError;

    fn linear(&mut self, operator: Linear<'_>) -> Result<Vec<i32>, EngineError> {
        if (self.stop)() {
            return Err(EngineError::Stopped);
        }
        let (layer, width) =
            self.layers.get(self.begun).zip(self.widths.get(self.begun)).ok_or(ExecutionError::TooLarge)?;
        debug_assert_eq!(layer.node, operator.node);
        self.begun += 1;
        let block = BLOCK / self.engine.threads();
        let accumulators = self.engine.products.accumulate(&layer.parameters, &operator, block)?;
        if let Some(packed) = &mut self.packed {
            // While they are in the cache.
            let part = Packed::new(&accumulators, width.load(Ordering::Relaxed));
            width.fetch_max(part.narrowest(), Ordering::Relaxed);
            packed.push(part);
        }
        Ok(accumulators)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_inference::{Model, Node, Rescale};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static ENGINE: LazyLock<Engine> =
        LazyLock::new(|| Engine::new(options(), || Box::new(())).expect("the self-test passes"));

    fn options() -> EngineOptions {
        EngineOptions { threads: 2, ..EngineOptions::default() }
    }

    proptest! {
        #[test]
        fn traces_equal_the_reference(seed: u64, samples in 1u32..40, width in 1u32..1400) {
            let mut random = Random(seed);
            let width = if width > 200 && random.between(0, 3) > 0 { width / 8 } else { width };
            let encoding = random_model(&mut random, width).to_bytes();
            prop_assume!(encoding.len() <= millrace_inference::limits::MAX_MODEL_BYTES);
            for kernel in [Some(Kernel::Float), Some(Kernel::Byte), Some(Kernel::Integer), None] {
                let model = ENGINE.prepare_for(&encoding, kernel).expect("a valid model");
                let input = random_input(&mut random, model.checked().profile().sample_bytes, samples);
                let expected = execute(model.checked(), &input).expect("whole samples");
                prop_assert_eq!(ENGINE.infer(&model, &input).expect("whole samples"), expected.output.clone());
                prop_assert_eq!(ENGINE.execute(&model, &input).expect("whole samples"), expected);
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
    fn threads_in_the_background_have_a_lower_priority() {
        let nice = |engine: &Engine| {
            engine.pool.install(|| {
                let stat = std::fs::read_to_string("/proc/thread-self/stat").expect("Linux has it");
                stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(16)?.parse::<i32>().ok())
            })
        };
        let foreground = EngineOptions { background: false, ..options() };
        let foreground = Engine::new(foreground, || Box::new(())).expect("the self-test passes");
        let own = nice(&foreground).expect("the 19th field is the nice value");
        assert_eq!(nice(&ENGINE), Some(10.max(own)));
    }

    #[test]
    fn an_execution_is_stopped_before_its_next_operator() {
        use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
        let mut random = Random(3);
        let model = ENGINE.prepare(&deep_model().to_bytes()).expect("a valid model");
        let input = random_input(&mut random, model.checked().profile().sample_bytes, 1);
        let asked = AtomicUsize::new(0);
        let verdict = ENGINE.execute_unless(&model, &input, &|| asked.fetch_add(1, SeqCst) == 2);
        assert!(matches!(verdict, Err(EngineError::Stopped)));
        assert_eq!(asked.load(SeqCst), 3, "the operators after the third were not begun");
    }

    #[test]
    fn a_batch_beyond_the_memory_bound_is_refused_before_it_starts() {
        let small = EngineOptions { memory: 8 << 20, ..options() };
        let engine = Engine::new(small, || Box::new(())).expect("the self-test's models are small");
        let model = engine.prepare(&deep_model().to_bytes()).expect("one sample fits");
        let sample = model.checked().profile().sample_bytes as usize;
        assert!(engine.execute(&model, &vec![0; sample]).is_ok());
        let verdict = engine.execute(&model, &vec![0; sample * 4096]);
        assert!(matches!(verdict, Err(EngineError::TooLarge { needed, bound }) if needed > bound));
    }

    #[test]
    fn pieces_of_work_run_side_by_side_and_only_what_they_find_comes_back() {
        let found =
            ENGINE.each(0..100, |number| Ok((number % 10 == 0).then_some(number))).expect("no piece fails");
        assert_eq!(found, (0..100).step_by(10).collect::<Vec<_>>());
        let failed =
            ENGINE.each(0..100, |number| if number == 50 { Err(EngineError::Stopped) } else { Ok(Some(())) });
        assert!(matches!(failed, Err(EngineError::Stopped)));
    }

    /// As many operators as a model may have: each second one linear.
    fn deep_model() -> Model {
        let mut nodes = vec![Node::Input { shape: vec![16] }];
        while nodes.len() + 2 < millrace_inference::limits::MAX_NODES {
            let input = (nodes.len() - 1) as u32;
            let parameters = (0..256).map(|at| (at % 7) as i8 - 3).collect();
            nodes.push(Node::Linear { input, outputs: 16, parameters });
            nodes.push(Node::Requantize {
                input: input + 1,
                channels: vec![Rescale { bias: 5, multiplier: 1 << 30, shift: 31 }; 16],
                zero_point: 0,
                min: i8::MIN,
                max: i8::MAX,
            });
        }
        Model { nodes }
    }

    #[test]
    fn the_deepest_and_the_widest_models_execute_exactly() {
        let widest = Model {
            nodes: vec![
                Node::Input { shape: vec![8] },
                Node::Linear { input: 0, outputs: 262_000, parameters: vec![i8::MIN; 8 * 262_000] },
            ],
        };
        for model in [deep_model(), widest] {
            let model = ENGINE.prepare(&model.to_bytes()).expect("within the limits");
            let input = random_input(&mut Random(9), model.checked().profile().sample_bytes, 3);
            let ours = ENGINE.execute(&model, &input).expect("within the memory bound");
            assert!(ours == execute(model.checked(), &input).expect("whole samples"));
        }
    }

    #[test]
    fn a_wrong_input_is_refused() {
        let encoding = random_model(&mut Random(1), 8).to_bytes();
        let model = ENGINE.prepare(&encoding).expect("a valid model");
        assert!(matches!(ENGINE.execute(&model, &[]), Err(EngineError::Execution(_))));
        assert!(matches!(ENGINE.prepare(&[]), Err(EngineError::Model(_))));
    }
}
