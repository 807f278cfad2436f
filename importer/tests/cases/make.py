"""Makes the cases whose names begin with `m_` or `i_`: small ONNX files in floats, what onnxruntime's quantization makes of
them, and a few inputs.

    pip install numpy onnx onnxruntime
    python importer/tests/cases/make.py
    python importer/tests/cases/expected.py
"""

import pathlib

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

FOLDER = pathlib.Path(__file__).parent
OPSET = 18


class Case:
    """A graph from x to y under construction. Every tensor is named after the node that gives it."""

    def __init__(self, name, sample, seed):
        self.name, self.sample, self.random = name, sample, np.random.default_rng(seed)
        self.nodes, self.constants, self.at = [], [], "x"

    def constant(self, value, dtype=np.float32):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype=dtype), name))
        return name

    def weights(self, *shape):
        fan = max(1, int(np.prod(shape[1:])))
        return self.constant(self.random.normal(0, (2 / fan) ** 0.5, shape))

    def add(self, operator, *inputs, read=None, **attributes):
        output = f"{operator.lower()}{len(self.nodes)}"
        inputs = [read or self.at, *inputs]
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        self.at = output
        return output

    def conv(self, outputs, channels, kernel, read=None, **attributes):
        weights = self.weights(outputs, channels, *kernel)
        bias = self.constant(self.random.normal(0, 0.1, outputs))
        return self.add("Conv", weights, bias, read=read, kernel_shape=list(kernel), **attributes)

    def dense(self, inputs, outputs):
        """A product at the end: a model needs one."""
        self.add("Flatten")
        return self.add("MatMul", self.constant(self.random.normal(0, inputs**-0.5, (inputs, outputs))))

    def save(self):
        self.nodes[-1].output[0] = "y"
        value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        graph = helper.make_graph(
            self.nodes, self.name, [value("x", ["N", *self.sample])], [value("y", None)], self.constants
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        save(model, FOLDER / f"{self.name}.onnx")
        samples = self.random.normal(0, 1, (4, *self.sample)).astype(np.float32)
        np.save(FOLDER / f"{self.name}.samples.npy", samples)


class Samples(CalibrationDataReader):
    def __init__(self, samples):
        self.samples = iter(samples)

    def get_next(self):
        sample = next(self.samples, None)
        return None if sample is None else {"x": sample[None]}


def quantize(name):
    """The same file as onnxruntime quantizes it to int8."""
    samples = np.load(FOLDER / f"m_{name}.samples.npy")
    quantize_static(
        FOLDER / f"m_{name}.onnx", FOLDER / f"i_{name}.onnx", Samples(samples), quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QInt8, weight_type=QuantType.QInt8, per_channel=True,
    )
    np.save(FOLDER / f"i_{name}.samples.npy", samples)


def means(c):
    c.conv(4, 2, (3, 3))
    c.add("Relu")
    c.add("ReduceMean", c.constant([-2, -1], np.int64), keepdims=0)
    c.dense(4, 6)


def means_of_a_row(c):
    """Over the last axis, and over the first ones of a sample."""
    c.add("ReduceMean", c.constant([2], np.int64))
    c.add("ReduceMean", c.constant([1], np.int64))
    c.dense(1, 3)


def means_of_rows(c):
    c.add("ReduceMean", c.constant([1], np.int64), keepdims=0)
    c.dense(5, 3)


def counted_padding(c):
    c.conv(4, 2, (1, 1))
    c.add("AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
    c.dense(36, 5)


def pad_before_conv(c):
    c.add("Pad", c.constant([0, 0, 1, 2, 0, 0, 1, 0], np.int64))
    c.conv(4, 2, (3, 3), pads=[0, 0, 1, 1], strides=[2, 2])


def pad_by_a_number(c):
    c.add("Pad", c.constant([0, 0, 1, 1, 0, 0, 1, 1], np.int64), c.constant(0.75))
    c.conv(4, 2, (3, 3))


def pad_before_pools(c):
    c.conv(4, 2, (1, 1))
    relu = c.add("Relu")
    c.add("Pad", c.constant([1, 1, 1, 1], np.int64), "", c.constant([2, 3], np.int64))
    largest = c.add("MaxPool", kernel_shape=[3, 3], strides=[2, 2])
    c.add("Pad", c.constant([0, 0, 1, 1, 0, 0, 1, 1], np.int64), read=relu)
    mean = c.add("AveragePool", kernel_shape=[3, 3], strides=[2, 2])
    c.add("Concat", mean, read=largest, axis=1)
    c.dense(72, 5)


def pad_a_sequence(c):
    c.add("Pad", c.constant([0, 0, 2, 0, 0, 1], np.int64))
    c.conv(4, 3, (4,), strides=[2])


def channels_last(c):
    c.add("Transpose", perm=[0, 3, 1, 2])
    c.conv(4, 3, (3, 3), pads=[1, 0, 1, 2], strides=[2, 1])
    c.add("Relu")
    c.add("Transpose", perm=[0, 2, 3, 1])
    c.add("Transpose", perm=[0, 3, 1, 2])
    c.conv(5, 4, (1, 1))
    c.add("Transpose", perm=[0, 2, 3, 1])


def channels_last_sequence(c):
    c.add("Transpose", perm=[0, 2, 1])
    c.add("Pad", c.constant([0, 0, 1, 0, 0, 1], np.int64))
    c.conv(4, 3, (3,))


def dilated(c):
    c.conv(4, 2, (3, 2), dilations=[2, 3], pads=[2, 1, 2, 1])


def grouped(c):
    c.conv(6, 2, (3, 3), group=2)
    c.add("Relu")
    # Two filters for each channel.
    c.conv(12, 1, (3, 1), group=6)


def gate(c):
    """Squeeze and excite."""
    image = c.conv(4, 2, (3, 3), pads=[1, 1, 1, 1])
    c.add("GlobalAveragePool")
    c.conv(4, 4, (1, 1))
    gate = c.add("Sigmoid")
    c.add("Mul", gate, read=image)
    c.conv(4, 4, (1, 1))


def between_activations(c):
    """A difference with a row that is repeated, and a product."""
    left = c.conv(3, 2, (1, 1))
    right = c.conv(3, 2, (5, 1), read="x")
    difference = c.add("Sub", right, read=left)
    c.add("Mul", left, read=difference)
    c.conv(3, 3, (1, 1))


def largest_of_many(c):
    c.conv(4, 2, (1, 1))
    c.add("Max", c.constant([-0.5]), c.constant([0.25]))
    c.add("Min", c.constant(np.reshape([0.5, 1.0, 1.5, 0.75], (4, 1, 1))))
    c.add("PRelu", c.constant(np.reshape([0.1, 0.2, -0.3, 1.5], (4, 1, 1))))
    c.dense(100, 5)


def negative_slopes(c):
    c.conv(4, 2, (1, 1))
    c.add("PRelu", c.constant(np.reshape([0.1, 0.2, -0.3, 1.5], (4, 1, 1))))
    c.dense(100, 5)


def largest(c):
    """Of each channel, and of each pixel."""
    image = c.conv(4, 2, (1, 1))
    c.add("GlobalMaxPool")
    of_channels = c.add("Flatten")
    c.add("ReduceMax", c.constant([1], np.int64), read=image, keepdims=0)
    of_pixels = c.add("Flatten")
    c.add("Concat", of_pixels, read=of_channels, axis=1)
    c.add("Sum", c.constant([0.5]), c.constant([0.25]))
    c.add("MatMul", c.constant(c.random.normal(0, 0.2, (29, 3))))


def upsampled(c):
    c.add("ConvTranspose", c.weights(2, 3, 4, 4), c.constant([0.1, -0.2, 0.3]), strides=[2, 2], pads=[1, 1, 1, 1])
    c.add("Relu")
    c.add("ConvTranspose", c.weights(3, 3, 3, 2), strides=[3, 2], output_padding=[1, 0])


def channels_last_means(c):
    c.add("Transpose", perm=[0, 3, 1, 2])
    c.conv(4, 3, (3, 3))
    relu = c.add("Relu")
    c.add("Transpose", perm=[0, 2, 3, 1])
    mean = c.add("ReduceMean", c.constant([1, 2], np.int64), keepdims=0)
    c.add("Transpose", read=relu, perm=[0, 2, 3, 1])
    largest = c.add("ReduceMax", c.constant([1, 2], np.int64), keepdims=0)
    c.add("Concat", mean, read=largest, axis=1)
    c.dense(8, 3)


def every_other_row(c):
    rows = [c.constant([value], np.int64) for value in (1, 9, 2, 2)]
    c.add("Slice", *rows)
    columns = [c.constant([value], np.int64) for value in (0, 9, 3, 2)]
    c.add("Slice", *columns)
    c.conv(3, 2, (2, 2))


def choices(c):
    """Halves of channels, every other column backward, and two rows."""
    image = c.conv(4, 2, (1, 1))
    c.add("Split", read=image, axis=1, num_outputs=2)
    c.nodes[-1].output.append("half")
    halves = c.add("Add", "half")
    starts, ends, axes, steps = (c.constant([value], np.int64) for value in (-1, -9, 3, -2))
    c.add("Slice", starts, ends, axes, steps, read=halves)
    c.add("Gather", c.constant([3, 0], np.int64), axis=2)
    c.add("Gather", c.constant(1, np.int64), axis=1)
    c.add("MatMul", c.constant(np.abs(c.random.normal(0, 1, (3, 3)))))


def shuffled(c):
    """Channels in another order, as between convolutions of groups."""
    c.conv(6, 2, (1, 1))
    c.add("Reshape", c.constant([0, 2, 3, 25], np.int64))
    c.add("Transpose", perm=[0, 2, 1, 3])
    c.add("Reshape", c.constant([0, 6, 5, 5], np.int64))
    c.conv(6, 3, (3, 3), group=2)


def bounds_of_channels(c):
    """Numbers for each channel beyond all that they bound, among it, and far away."""
    sigmoid = c.add("Sigmoid")
    channels = lambda *numbers: c.constant(np.reshape(numbers, (4, 1, 1)))
    parts = [
        c.add("Min", channels(-0.6, -0.9, -1.2, -0.7), read=sigmoid),
        c.add("Max", channels(1.2, 1.5, 1.9, 1.3), read=sigmoid),
        c.add("Min", channels(-0.4, 0.3, 1e4, 0.6), read=sigmoid),
    ]
    c.add("Concat", *parts[1:], read=parts[0], axis=1)
    c.conv(4, 12, (1, 1))


def same_lower(c):
    """More padding before than behind, which are another range's numbers if it comes behind."""
    c.add("Add", c.constant(3.0))
    c.add("Conv", c.constant(np.reshape([1, -1, -2, 2, 1, 1, -2, 2], (2, 2, 2))), auto_pad="SAME_LOWER")
    c.add("Reshape", c.constant([0, 2, 1, 8], np.int64))
    c.add("AveragePool", kernel_shape=[1, 4], auto_pad="SAME_LOWER", count_include_pad=1)
    c.add("MaxPool", kernel_shape=[1, 2], auto_pad="SAME_LOWER")
    c.add("Conv", c.constant(np.reshape([1, -1, -2, 2], (1, 2, 1, 2))), auto_pad="SAME_LOWER")


def taken_names(c):
    """Names of tensors as something in between could have them."""
    image = c.conv(3, 2, (1, 1))
    channels = lambda *numbers: c.constant(np.reshape(numbers, (3, 1, 1)))
    parts = []
    for operator, inputs, what in (
        ("Sum", (c.constant(0.5), c.constant(0.25)), "of 2"),
        ("Max", (channels(-0.5, 0.25, 0.5),), "beyond its bound"),
        ("PRelu", (channels(0.5, -0.25, 2.0),), "below zero"),
    ):
        taken = c.add("Sigmoid", read=image)
        c.nodes[-1].output[0] = taken = f"{operator.lower()}{len(c.nodes)} {what}"
        parts += [c.add(operator, *inputs, read=image), taken]
    parts.append(c.add("Sigmoid", read=image))
    c.nodes[-1].output[0] = parts[-1] = f"pad{len(c.nodes) + 1} pads"
    c.add("Concat", *parts[1:], read=parts[0], axis=1)
    c.add("Pad", c.constant([1, 1], np.int64), "", c.constant([2], np.int64))
    c.conv(3, 21, (2, 1))


def jumps(c):
    """Functions that have no value between two others."""
    image = c.conv(3, 2, (1, 1))
    parts = [c.add(operator, read=image) for operator in ("Floor", "Ceil", "Round", "Sign")]
    c.add("Concat", *parts[1:], read=parts[0], axis=1)


def last_axis(c):
    """Numbers for each index of the last axis of what has its channels there."""
    c.add("MatMul", c.weights(4, 3))
    c.add("Relu")
    c.add("Add", c.constant([0.5, -0.25, 1.0]))
    c.add("Mul", c.constant([0.5, -2.0, 1.0]))
    c.add("PRelu", c.constant([0.5, 0.25, 2.0]))
    c.add("Min", c.constant([1.0, 0.5, 0.75]))


def other_floats(c):
    """Weights of 16 and of 64 bits behind a Cast."""
    for kind, shape in ((np.float16, (4, 3)), (np.float64, (3, 5))):
        weights = c.constant(c.random.normal(0, 1, shape), kind)
        before = c.at
        c.add("Cast", read=weights, to=TensorProto.FLOAT)
        c.add("MatMul", c.at, read=before)


def offset(c):
    """What remains of inputs when a number is taken off that is much larger than their differences."""
    c.add("Sub", c.constant(100.0))
    c.add("Div", c.constant(0.01))
    c.add("MatMul", c.weights(4, 4))


def through_int8(c, scale, zero=0, read=None):
    """What int8 leaves of a tensor."""
    parameters = c.constant(scale), c.constant(zero, np.int8)
    c.add("QuantizeLinear", *parameters, read=read)
    return c.add("DequantizeLinear", *parameters)


def int8_weights(c, integers, scale):
    return c.add("DequantizeLinear", c.constant(scale), read=c.constant(integers, np.int8))


def finer_biases(c):
    """Numbers for each channel, between two steps of what they are added to, in steps that are finer."""
    image = through_int8(c, 0.05, 3)
    ones = int8_weights(c, np.eye(4)[:, :, None, None], 0.5)
    numbers = [0.011, -0.173, 0.62, 0.331]
    statistics = [c.constant(values) for values in ([1, 2, 0.5, -1], numbers, [0.3, -0.2, 0.1, 0.4], [1, 4, 0.25, 1])]
    parts = [
        c.add("Add", c.constant(np.reshape(numbers, (4, 1, 1))), read=image),
        c.add("BatchNormalization", *statistics, read=image, epsilon=0.0),
        c.add("Conv", ones, c.constant(numbers), read=image),
    ]
    parts = [through_int8(c, 0.012, -4, read=part) for part in parts]
    c.add("Concat", *parts[1:], read=parts[0], axis=1)
    together = through_int8(c, 0.012, -4)
    same = int8_weights(c, 64 * np.eye(12)[:, :, None, None], 1 / 64)
    c.add("Conv", same, read=together)
    through_int8(c, 0.012, -4)


def last_axis_in_steps(c):
    """A bias of each token's numbers behind the quantization of the product, as quantization leaves it."""
    before = through_int8(c, 0.03, -5)
    for outputs, inputs in ((3, 4), (3, 3)):
        weights = int8_weights(c, c.random.integers(-127, 128, (inputs, outputs)), 0.01)
        c.add("MatMul", weights, read=before)
        through_int8(c, 0.05, 3)
        c.add("Add", c.constant(c.random.normal(0, 1, outputs)))
        before = through_int8(c, 0.06, -2)


def cut_off(c):
    """The last windows reach beyond the border."""
    image = c.conv(3, 2, (1, 1))
    largest = c.add("MaxPool", kernel_shape=[2, 3], strides=[2, 3], ceil_mode=1)
    mean = c.add("AveragePool", read=image, kernel_shape=[2, 3], strides=[2, 3], ceil_mode=1)
    c.add("Concat", mean, read=largest, axis=1)
    c.dense(36, 3)


def nearest(c):
    c.conv(3, 2, (1, 1))
    sizes = c.constant([1, 1, 2, 3])
    c.add("Resize", "", sizes, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    c.conv(3, 3, (3, 3))


def computed_constants(c):
    """Weights and numbers that other constants give."""
    shape = c.constant([3, 2, 1, 1], np.int64)
    half = numpy_helper.from_array(np.array([0.5], np.float32))
    ones = c.add("ConstantOfShape", read=shape, value=half)
    rows = c.add("Add", c.constant(c.random.normal(0, 1, (3, 1, 1, 1))), read=ones)
    picked = c.add("Gather", c.constant([2, 0, 1], np.int64), read=rows, axis=0)
    wide = c.add("Concat", ones, read=picked, axis=0)
    cut = c.add("Slice", c.constant([1], np.int64), c.constant([5], np.int64), c.constant([0], np.int64), read=wide)
    c.add("Conv", cut, read="x")
    root = c.add("Sqrt", read=c.constant([2.0]))
    c.add("Mul", root, read=c.nodes[-2].output[0])


CASES = [
    (means, (2, 8, 8)),
    (means_of_a_row, (3, 8)),
    (means_of_rows, (7, 5)),
    (counted_padding, (2, 5, 5)),
    (pad_before_conv, (2, 6, 6)),
    (pad_by_a_number, (2, 5, 5)),
    (pad_before_pools, (2, 5, 5)),
    (pad_a_sequence, (3, 9)),
    (channels_last, (6, 5, 3)),
    (channels_last_sequence, (8, 3)),
    (dilated, (2, 9, 8)),
    (grouped, (4, 6, 6)),
    (gate, (2, 5, 5)),
    (between_activations, (2, 5, 5)),
    (largest_of_many, (2, 5, 5)),
    (negative_slopes, (2, 5, 5)),
    (largest, (2, 5, 5)),
    (upsampled, (2, 4, 5)),
    (channels_last_means, (6, 5, 3)),
    (every_other_row, (2, 6, 7)),
    (choices, (2, 5, 5)),
    (shuffled, (2, 5, 5)),
    (cut_off, (2, 5, 5)),
    (nearest, (2, 4, 4)),
    (computed_constants, (2, 4, 4)),
]

QUANTIZED = ["means", "pad_before_conv", "pad_before_pools", "channels_last", "grouped", "gate", "upsampled", "choices"]

for seed, (build, sample) in enumerate(CASES):
    case = Case(f"m_{build.__name__}", sample, seed)
    build(case)
    case.save()
    print(case.name)

for name in QUANTIZED:
    quantize(name)
    print(f"i_{name}")

# With seeds of their own, so that others may come before them.
FURTHER = [
    ("m", bounds_of_channels, (4, 5, 5)),
    ("m", same_lower, (2, 8)),
    ("m", taken_names, (2, 4, 4)),
    ("m", jumps, (2, 5, 5)),
    ("m", last_axis, (5, 4)),
    ("m", other_floats, (4,)),
    ("m", offset, (4,)),
    ("i", finer_biases, (4, 5, 5)),
    ("i", last_axis_in_steps, (5, 4)),
]

for seed, (prefix, build, sample) in enumerate(FURTHER, 1000):
    case = Case(f"{prefix}_{build.__name__}", sample, seed)
    build(case)
    case.save()
    print(case.name)

# No samples to try it with: those that show what is wrong with it.
(FOLDER / "m_offset.samples.npy").rename(FOLDER / "m_offset.far.npy")
far = np.load(FOLDER / "m_offset.far.npy")
np.save(FOLDER / "m_offset.far.npy", (100 + 0.01 * far).astype(np.float32))
