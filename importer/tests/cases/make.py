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

    def __init__(self, name, sample, seed, kind=np.float32, opset=OPSET):
        self.name, self.sample, self.random = name, sample, np.random.default_rng(seed)
        self.kind, self.opset = kind, opset
        self.nodes, self.constants, self.at = [], [], "x"
        self.is_exact = False
        self.gives = TensorProto.FLOAT

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

    def exact_conv(self, outputs, channels, kernel, bias, **attributes):
        """A convolution of samples and weights that 8 bits have exactly: nothing is lost before what follows it."""
        self.is_exact = True
        weights = self.random.integers(-126, 127, (outputs, channels, *kernel))
        weights[:, 0, 0, 0] = 127
        return self.add("Conv", self.constant(weights / 256), self.constant(bias), **attributes)

    def conv(self, outputs, channels, kernel, read=None, **attributes):
        weights = self.weights(outputs, channels, *kernel)
        bias = self.constant(self.random.normal(0, 0.1, outputs))
        return self.add("Conv", weights, bias, read=read, kernel_shape=list(kernel), **attributes)

    def quantized(self, scale, zero=0, read=None):
        """What int8 leaves of a tensor."""
        parameters = self.constant(scale), self.constant(zero, np.int8)
        self.add("QuantizeLinear", *parameters, read=read)
        return self.add("DequantizeLinear", *parameters)

    def int8_weights(self, integers, scale):
        return self.add("DequantizeLinear", self.constant(scale), read=self.constant(integers, np.int8))

    def drawn_weights(self, *shape):
        """Weights of int8."""
        return self.int8_weights(self.random.integers(-127, 128, shape), 1 / 60 / np.prod(shape[1:]) ** 0.5)

    def quantized_conv(self, outputs, channels, read, bias=0.0):
        """A convolution with weights of int8 over something quantized; its sums aren't quantized."""
        weights = self.int8_weights(self.random.integers(-127, 128, (outputs, channels, 2, 2)), 0.01)
        return self.add("Conv", weights, self.constant([bias] * outputs), read=read)

    def dense(self, inputs, outputs):
        """A product at the end: a model needs one."""
        self.add("Flatten")
        return self.add("MatMul", self.constant(self.random.normal(0, inputs**-0.5, (inputs, outputs))))

    def written(self, value):
        """A constant as a node holds it."""
        self.nodes.append(helper.make_node("Constant", [], [f"k{len(self.nodes)}"], value=numpy_helper.from_array(value)))
        return self.nodes[-1].output[0]

    def save(self):
        self.nodes[-1].output[0] = "y"
        value = lambda name, kind, shape: helper.make_tensor_value_info(name, kind, shape)
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(self.kind))
        graph = helper.make_graph(
            self.nodes, self.name, [value("x", kind, ["N", *self.sample])], [value("y", self.gives, None)],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)
        save(model, FOLDER / f"{self.name}.onnx")
        if self.kind == np.float32:
            samples = self.random.normal(0, 1, (4, *self.sample)).astype(np.float32)
        else:
            range_of = np.iinfo(self.kind)
            samples = self.random.integers(range_of.min, range_of.max + 1, (4, *self.sample)).astype(self.kind)
        if self.is_exact:
            samples = np.clip(np.round(samples * 32), -128, 127).astype(np.float32) / 32
            # Calibration takes the range from these.
            samples.flat[:2] = -4, 127 / 32
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


def reshaped(c):
    """Begins with a Reshape into the axes of its input in another order, and ends with one."""
    c.add("Reshape", c.constant([0, 2, 8, 9], np.int64))
    c.conv(4, 2, (3, 3), pads=[1, 1, 1, 1])
    c.add("Reshape", c.constant([0, 9, 8, 4], np.int64))


def transposed(c):
    """One channel, its columns before its rows."""
    c.conv(1, 2, (2, 2))
    c.add("Transpose", perm=[0, 1, 3, 2])


def repeated(c):
    """Pixels repeated at the end, under two axes that rows and columns are split into."""
    modes = {"mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}
    c.conv(3, 2, (2, 2))
    c.add("Resize", "", c.constant([1, 1, 2, 3]), **modes)
    c.add("Reshape", c.constant([0, 3, 2, 4, 12], np.int64))


def head(c):
    """More positions than a product can move, channels last at the end, as detectors have their boxes."""
    c.conv(3, 1, (3, 3))
    c.add("Transpose", perm=[0, 2, 3, 1])
    c.add("Reshape", c.constant([0, -1, 3], np.int64))


def classes(c):
    """The class of each pixel, as segmentation ends, under another shape."""
    c.conv(4, 1, (3, 3))
    c.add("Transpose", perm=[0, 2, 3, 1])
    c.gives = TensorProto.INT64
    c.add("ArgMax", axis=3, keepdims=1)
    c.add("Squeeze", c.constant([3], np.int64))


def softmax_of_pixels(c):
    """The classes last, as frameworks write a softmax along others than the last axis, and first again."""
    c.conv(4, 1, (3, 3))
    c.add("Transpose", perm=[0, 2, 3, 1])
    c.add("Softmax", axis=-1)
    c.add("Transpose", perm=[0, 3, 1, 2])


def unfolded(c):
    """Flat samples that become an image with its channels last."""
    c.add("Reshape", c.constant([0, 8, 8, 3], np.int64))
    c.add("Transpose", perm=[0, 3, 1, 2])
    c.conv(4, 3, (3, 3))


def finer_biases(c):
    """Numbers for each channel, between two steps of what they are added to, in steps that are finer."""
    image = c.quantized(0.05, 3)
    ones = c.int8_weights(np.eye(4)[:, :, None, None], 0.5)
    numbers = [0.011, -0.173, 0.62, 0.331]
    statistics = [c.constant(values) for values in ([1, 2, 0.5, -1], numbers, [0.3, -0.2, 0.1, 0.4], [1, 4, 0.25, 1])]
    parts = [
        c.add("Add", c.constant(np.reshape(numbers, (4, 1, 1))), read=image),
        c.add("BatchNormalization", *statistics, read=image, epsilon=0.0),
        c.add("Conv", ones, c.constant(numbers), read=image),
    ]
    parts = [c.quantized(0.012, -4, read=part) for part in parts]
    c.add("Concat", *parts[1:], read=parts[0], axis=1)
    together = c.quantized(0.012, -4)
    same = c.int8_weights(64 * np.eye(12)[:, :, None, None], 1 / 64)
    c.add("Conv", same, read=together)
    c.quantized(0.012, -4)


def last_axis_in_steps(c):
    """A bias of each token's numbers behind the quantization of the product, as quantization leaves it."""
    before = c.quantized(0.03, -5)
    for outputs, inputs in ((3, 4), (3, 3)):
        weights = c.int8_weights(c.random.integers(-127, 128, (inputs, outputs)), 0.01)
        c.add("MatMul", weights, read=before)
        c.quantized(0.05, 3)
        c.add("Add", c.constant(c.random.normal(0, 1, outputs)))
        before = c.quantized(0.06, -2)


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


def after_a_mean(c):
    """Channel by channel, and joined, where a mean over more places than a window has left a single row."""
    c.conv(8, 2, (3, 3), pads=[1, 1, 1, 1])
    image = c.add("Relu")
    c.add("GlobalAveragePool")
    by_channel = lambda low, high: c.constant(c.random.uniform(low, high, 8))
    c.add("BatchNormalization", by_channel(1, 2), by_channel(-1, 1), by_channel(0, 0.5), by_channel(0.5, 1))
    c.add("PRelu", c.constant(c.random.uniform(-0.5, 0.5, (8, 1, 1))))
    mean = c.conv(8, 1, (1, 1), group=8)
    largest = c.add("GlobalMaxPool", read=image)
    c.add("Concat", largest, read=mean, axis=1)
    c.conv(8, 4, (1, 1), group=4)
    c.add("Add", largest)
    c.dense(8, 5)


def rows_first(c):
    """Rows, channels, columns, of which there are equally many."""
    c.add("Transpose", perm=[0, 2, 1, 3])
    c.conv(4, 6, (3, 3))
    c.add("Transpose", perm=[0, 2, 1, 3])


def several(c):
    """Sums of more than two tensors, one with a number among them, and maxima of three."""
    left = c.conv(3, 2, (1, 1))
    right = c.conv(3, 2, (3, 3), read="x", pads=[1, 1, 1, 1])
    row = c.conv(3, 2, (5, 1), read="x")
    total = c.add("Sum", right, row, read=left)
    shifted = c.add("Sum", c.constant([0.5]), left, read=right)
    bounds = [c.constant(np.reshape(numbers, (3, 1, 1))) for numbers in ([-1, 0.5, -2], [-0.5, -3, -0.25])]
    bounded = c.add("Max", *bounds, read=shifted)
    sigmoid, tanh = c.add("Sigmoid", read=left), c.add("Tanh", read=left)
    largest = c.add("Max", tanh, left, read=sigmoid)
    c.add("Concat", bounded, largest, read=total, axis=1)
    c.conv(2, 9, (1, 1))


def functions(c):
    """Those that what runs float graphs doesn't know, and an image whose shape is given."""
    image = c.conv(2, 2, (1, 1))
    given = [
        c.add("Mish", read=image),
        c.add("Selu", read=image),
        c.add("Selu", read=image, alpha=0.5, gamma=1.5),
        c.add("Celu", read=image, alpha=0.5),
        c.add("ThresholdedRelu", read=image, alpha=0.5),
    ]
    c.add("Concat", *given[1:], read=given[0], axis=1)
    c.add("ConvTranspose", c.weights(10, 3, 3, 3), strides=[2, 2], output_shape=[9, 8])


def resized(c):
    """To a size, and to whole multiples by another rule that repeats each pixel."""
    modes = {"mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}
    c.conv(3, 2, (1, 1))
    c.add("Resize", "", "", c.constant([4, 3, 4, 6], np.int64), **modes)
    modes = {"mode": "nearest", "coordinate_transformation_mode": "half_pixel_symmetric"}
    c.add("Resize", "", c.constant([1, 1, 2, 1]), **modes)
    c.conv(3, 3, (3, 3))


def older(c):
    """In the form of opset 10; weights as quantization-aware training leaves them, and a node without attributes."""
    scale, zero = c.constant(0.01), c.constant(0, np.int8)
    weights = c.written(c.random.normal(0, 0.5, (4, 2, 1, 1)).astype(np.float32))
    c.add("QuantizeLinear", scale, zero, read=weights)
    weights = c.add("DequantizeLinear", scale, zero)
    c.add("Conv", weights, read="x")
    c.add("Resize", c.constant([1, 1, 2, 3]), mode="nearest")
    c.add("Reshape", c.constant([0, 4, 96], np.int64))
    c.add("Conv", c.written(c.random.normal(0, 0.3, (3, 4, 3)).astype(np.float32)))


def flat_softmax(c):
    c.conv(4, 2, (6, 6))
    c.add("Softmax", axis=1)
    c.add("Flatten")


def uint8_input(c):
    c.add("DequantizeLinear", c.constant(0.03), c.constant(100, np.uint8))
    image = c.at
    c.add("Conv", c.drawn_weights(4, 3, 3, 3), read=image)
    c.quantized(0.05, 3)


def moved_input(c):
    """The integers of the input move before anything says what they are."""
    c.add("Transpose", perm=[0, 3, 1, 2])
    c.add("MaxPool", kernel_shape=[2, 2])
    c.add("Slice", *(c.constant([value], np.int64) for value in (1, 4, 3)))
    image = c.add("DequantizeLinear", c.constant(0.03), c.constant(5, np.int8))
    c.add("Conv", c.drawn_weights(4, 3, 1, 1), read=image)
    c.quantized(0.05, 3)


def seven_bits(c):
    """Activations of seven bits and zero points that a Cast gives, as PyTorch exports them."""

    def narrow(scale, zero, read):
        scale, zero = c.constant(scale), c.constant(zero, np.uint8)
        c.add("QuantizeLinear", scale, zero, read=read)
        c.add("Clip", c.constant(20, np.uint8), c.constant(127, np.uint8))
        return c.add("DequantizeLinear", scale, zero)

    image = narrow(0.05, 64, "x")
    zeros = c.add("Cast", read=c.constant([0, 0, 0, 0], np.int32), to=TensorProto.INT8)
    scales = c.constant([0.01, 0.02, 0.03, 0.04])
    c.add("QuantizeLinear", scales, zeros, read=c.weights(4, 2, 3, 3), axis=0)
    weights = c.add("DequantizeLinear", scales, zeros, axis=0)
    image = narrow(0.05, 64, c.add("Conv", weights, read=image))
    c.add("MaxPool", read=image, kernel_shape=[2, 2])


def sums(c):
    """Of three tensors, as nothing quantizes what two of them give."""
    image = c.quantized(0.03, 2)
    given = []
    for kernel in ((1, 1), (3, 3), (5, 1)):
        weights = c.drawn_weights(3, 2, *kernel)
        c.add("Conv", weights, read=image, pads=[1, 1, 1, 1] if kernel == (3, 3) else [0] * 4)
        given.append(c.quantized(0.02, -3))
    c.add("Sum", *given[1:], read=given[0])
    c.quantized(0.06, 1)


def sparse_means(c):
    """Windows side by side, over one another, and beyond the border."""
    # Most of it is zero, so that means lie far below its largest numbers.
    c.exact_conv(4, 2, (2, 2), c.random.uniform(-2.5, -1.5, 4), pads=[1, 1, 0, 0])
    image = c.add("Relu")
    c.add("AveragePool", kernel_shape=[4, 4], strides=[4, 4])
    parts = [c.at, c.add("AveragePool", read=image, kernel_shape=[6, 6], strides=[3, 3])]
    c.add("AveragePool", read=image, kernel_shape=[5, 5], strides=[4, 4], pads=[1, 1, 1, 1])
    c.add("Concat", *parts, axis=1)


def means_along(c):
    """Over rows alone, and then over columns alone."""
    c.exact_conv(4, 2, (3, 3), c.random.normal(0, 1, 4))
    c.add("Relu")
    c.add("ReduceMean", c.constant([2], np.int64))
    c.conv(4, 4, (1, 3))
    c.add("ReduceMean", c.constant([-1], np.int64), keepdims=0)


def dead_channels(c):
    """Factors of 0: of a product, and of what a filter of single channels gives at the end."""
    c.conv(4, 2, (1, 1))
    c.add("Mul", c.constant(np.reshape([0.5, 0.0, -2.0, 1.0], (4, 1, 1))))
    c.add("Relu")
    c.add("Mul", c.constant(np.reshape([1.5, 1.0, 1.0, 0.0], (4, 1, 1))))


def lines(c):
    """Products and sums that meet numbers before they are quantized."""
    x = c.quantized(0.03, -5)
    parts = []

    def end():
        parts.append(c.quantized(0.04, 3))

    product = c.quantized_conv(2, 2, x)
    c.add("Sub", product, read=c.constant(0.7))
    end()
    c.quantized_conv(2, 2, x)
    c.add("Neg")
    end()
    c.quantized_conv(2, 2, x)
    c.add("Mul", c.constant(np.reshape([0.0, 0.5], (2, 1, 1))))
    end()
    c.quantized_conv(2, 2, x)
    c.add("Relu")
    product = c.add("Mul", c.constant(-0.5))
    c.add("Sub", product, read=c.constant([0.25]))
    end()
    for number in (0.5, -0.75, 0.0):
        c.add("Add", parts[1], read=parts[0])
        c.add("Mul", c.constant(number))
        end()
    c.add("Concat", *parts[1:], read=parts[0], axis=1)
    c.quantized(0.04, 3)


def finer_means(c):
    """Means with scales of their own in the file, beyond the border, too."""
    c.quantized_conv(4, 2, c.quantized(0.03, -5), bias=-4.0)
    c.add("Relu")
    image = c.quantized(0.02, -128)
    parts = []
    for window in (
        dict(kernel_shape=[4, 4], strides=[2, 2]), dict(kernel_shape=[3, 3], strides=[3, 3], pads=[1, 1, 1, 1])
    ):
        c.add("AveragePool", read=image, **window)
        parts.append(c.quantized(0.004, -128))
    c.add("Concat", parts[1], read=parts[0], axis=1)
    c.quantized(0.004, -128)


def mean_then_numbers(c):
    """Numbers and bounds between a mean and its quantization."""
    c.quantized_conv(4, 2, c.quantized(0.03, -5), bias=-4.0)
    c.add("Relu")
    c.quantized(0.02, -128)
    c.add("GlobalAveragePool")
    c.add("Mul", c.constant(-2.0))
    c.add("Add", c.constant([0.5]))
    c.add("Clip", c.constant(-0.3), c.constant(0.4))
    c.add("Flatten")
    c.quantized(0.003, -28)


# What a case's name begins with, what builds it, the shape of a sample, a seed, and what it has of its own.
CASES = [
    ("m", means, (2, 8, 8), 0),
    ("m", means_of_a_row, (3, 8), 1),
    ("m", means_of_rows, (7, 5), 2),
    ("m", counted_padding, (2, 5, 5), 3),
    ("m", pad_before_conv, (2, 6, 6), 4),
    ("m", pad_by_a_number, (2, 5, 5), 5),
    ("m", pad_before_pools, (2, 5, 5), 6),
    ("m", pad_a_sequence, (3, 9), 7),
    ("m", channels_last, (6, 5, 3), 8),
    ("m", channels_last_sequence, (8, 3), 9),
    ("m", dilated, (2, 9, 8), 10),
    ("m", grouped, (4, 6, 6), 11),
    ("m", gate, (2, 5, 5), 12),
    ("m", between_activations, (2, 5, 5), 13),
    ("m", largest_of_many, (2, 5, 5), 14),
    ("m", negative_slopes, (2, 5, 5), 15),
    ("m", largest, (2, 5, 5), 16),
    ("m", upsampled, (2, 4, 5), 17),
    ("m", channels_last_means, (6, 5, 3), 18),
    ("m", every_other_row, (2, 6, 7), 19),
    ("m", choices, (2, 5, 5), 20),
    ("m", shuffled, (2, 5, 5), 21),
    ("m", cut_off, (2, 5, 5), 22),
    ("m", nearest, (2, 4, 4), 23),
    ("m", computed_constants, (2, 4, 4), 24),
    ("m", after_a_mean, (2, 9, 9), 25),
    ("m", rows_first, (6, 6, 6), 26),
    ("m", several, (2, 5, 5), 27),
    # No number of this seed's lies near the threshold of ThresholdedRelu, where a step is a jump.
    ("m", functions, (2, 4, 4), 26),
    ("m", older, (2, 4, 4), 29, {"opset": 10}),
    ("m", flat_softmax, (2, 6, 6), 30),
    ("m", resized, (2, 4, 3), 31, {"opset": 19}),
    ("m", sparse_means, (2, 12, 12), 32),
    ("m", means_along, (2, 6, 7), 33),
    ("m", dead_channels, (2, 4, 4), 34),
    ("m", bounds_of_channels, (4, 5, 5), 1000),
    ("m", same_lower, (2, 8), 1001),
    ("m", taken_names, (2, 4, 4), 1002),
    ("m", jumps, (2, 5, 5), 1003),
    ("m", last_axis, (5, 4), 1004),
    ("m", other_floats, (4,), 1005),
    ("m", offset, (4,), 1006),
    ("m", reshaped, (8, 9, 2), 1009),
    ("m", transposed, (2, 5, 6), 1010),
    ("m", repeated, (2, 5, 5), 1011),
    ("m", head, (1, 35, 36), 1012),
    ("m", classes, (1, 35, 36), 1013),
    ("m", unfolded, (192,), 1014),
    ("m", softmax_of_pixels, (1, 35, 36), 1015),
    # Quantized as they are written.
    ("i", uint8_input, (3, 5, 5), 0, {"kind": np.uint8}),
    ("i", moved_input, (5, 5, 3), 1, {"kind": np.int8}),
    ("i", seven_bits, (2, 6, 6), 2),
    ("i", sums, (2, 5, 5), 3),
    ("i", lines, (2, 4, 4), 4),
    ("i", finer_means, (2, 9, 9), 5),
    ("i", mean_then_numbers, (2, 8, 8), 6),
    ("i", finer_biases, (4, 5, 5), 1007),
    ("i", last_axis_in_steps, (5, 4), 1008),
]

QUANTIZED = ["means", "pad_before_conv", "pad_before_pools", "channels_last", "grouped", "gate", "upsampled", "choices", "after_a_mean"]

for prefix, build, sample, seed, *choice in CASES:
    case = Case(f"{prefix}_{build.__name__}", sample, seed, **dict(*choice))
    build(case)
    case.save()
    print(case.name)

for name in QUANTIZED:
    quantize(name)
    print(f"i_{name}")

# No samples to try it with: those that show what is wrong with it.
(FOLDER / "m_offset.samples.npy").rename(FOLDER / "m_offset.far.npy")
far = np.load(FOLDER / "m_offset.far.npy")
np.save(FOLDER / "m_offset.far.npy", (100 + 0.01 * far).astype(np.float32))
