"""ONNX graphs of MobileNetV2's and SmolLM2-135M's shape with random weights, which is all that speed depends on; and what
onnxruntime makes of them in 8 bits."""

import numpy as np

# MobileNetV2's stages: how much wider the middle of a block is, channels, blocks, the first one's stride.
STAGES = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
SIDE, CLASSES = 224, 1_000
# SmolLM2-135M.
LAYERS, WIDTH, INNER, HEADS, KEY_HEADS, HEAD, VOCABULARY, MOST = 30, 576, 1_536, 9, 3, 64, 49_152, 2_048


class Graph:
    """A graph under construction."""

    def __init__(self):
        self.nodes, self.constants, self.random = [], [], np.random.default_rng(3)

    def constant(self, value):
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), f"c{len(self.constants)}"))
        return self.constants[-1].name

    def weights(self, *shape):
        """Such that sums have about the size of what is multiplied."""
        terms = np.prod(shape[1:]) if len(shape) == 4 else shape[0]
        return self.constant(self.random.standard_normal(shape, np.float32) * np.float32((2 / terms) ** 0.5))

    def node(self, operator, inputs, domain="", outputs=1, **attributes):
        from onnx import helper

        names = [f"t{len(self.nodes)}_{output}" for output in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, names[0], domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def save(self, path, inputs, outputs):
        import onnx
        from onnx import helper

        graph = helper.make_graph(self.nodes, path.stem, inputs, outputs, self.constants)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets)
        model.ir_version = 8
        onnx.save(model, path)


def mobilenet(path):
    """MobileNetV2, its normalisations folded into the convolutions, on images in NCHW."""
    from onnx import TensorProto, helper

    g = Graph()
    limits = [g.constant(np.float32(0)), g.constant(np.float32(6))]

    def conv(x, reads, gives, kernel=1, stride=1, group=1, clip=True):
        bias = g.constant(g.random.standard_normal(gives, np.float32) * np.float32(0.1))
        x = g.node("Conv", [x, g.weights(gives, reads // group, kernel, kernel), bias], kernel_shape=[kernel] * 2,
                   strides=[stride] * 2, pads=[kernel // 2] * 4, group=group)
        return g.node("Clip", [x, *limits]) if clip else x

    x, reads = conv("image", 3, 32, kernel=3, stride=2), 32
    for widening, gives, blocks, stride in STAGES:
        for block in range(blocks):
            before, middle = x, reads * widening
            if widening > 1:
                x = conv(x, reads, middle)
            x = conv(x, middle, middle, kernel=3, stride=1 if block else stride, group=middle)
            x, reads = conv(x, middle, gives, clip=False), gives
            x = g.node("Add", [x, before]) if block else x
    x = g.node("GlobalAveragePool", [conv(x, reads, 1_280)])
    x = g.node("MatMul", [g.node("Flatten", [x]), g.weights(1_280, CLASSES)])
    g.save(path, [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, SIDE, SIDE])],
           [helper.make_tensor_value_info(x, TensorProto.FLOAT, ["N", CLASSES])])


def images(count):
    return {"image": np.random.default_rng(7).standard_normal((count, 3, SIDE, SIDE), np.float32)}


def quantized_mobilenet(source, path):
    """Static: QDQ of unsigned activations and signed weights with a scale for each output channel, which suits VNNI best."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Samples(CalibrationDataReader):
        def __init__(self):
            self.batches = iter([images(4)])

        def get_next(self):
            return next(self.batches, None)

    ready = path.with_suffix(".ready.onnx")
    quant_pre_process(str(source), str(ready))
    quantize_static(str(ready), str(path), Samples(), quant_format=QuantFormat.QDQ, per_channel=True,
                    weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8)


def smollm(path):
    """SmolLM2-135M with onnxruntime's own operators for normalisation and for attention with a cache; the next token of each."""
    from onnx import TensorProto, helper

    own, g = "com.microsoft", Graph()
    angles = np.outer(np.arange(MOST), 10_000.0 ** (-np.arange(HEAD // 2) / (HEAD // 2))).astype(np.float32)
    angles = [g.constant(np.cos(angles)), g.constant(np.sin(angles))]
    norm = lambda: g.constant(np.ones(WIDTH, np.float32))
    product = lambda x, reads, gives: g.node("MatMul", [x, g.weights(reads, gives)])
    x = g.node("Gather", [g.weights(VOCABULARY, WIDTH), "ids"])
    y = g.node("SimplifiedLayerNormalization", [x, norm()], epsilon=1e-5, axis=-1)
    axes, caches = ["N", KEY_HEADS, "before", HEAD], []
    given = [helper.make_tensor_value_info("ids", TensorProto.INT64, ["N", "T"]),
             helper.make_tensor_value_info("last", TensorProto.INT32, ["N"]),
             helper.make_tensor_value_info("total", TensorProto.INT32, [])]
    for layer in range(LAYERS):
        past = [f"{name}{layer}" for name in ("key", "value")]
        given += [helper.make_tensor_value_info(name, TensorProto.FLOAT, axes) for name in past]
        rows = [product(y, WIDTH, heads * HEAD) for heads in (HEADS, KEY_HEADS, KEY_HEADS)]
        attended, *cache = g.node("GroupQueryAttention", [*rows, *past, "last", "total", *angles], own, 3,
                                  num_heads=HEADS, kv_num_heads=KEY_HEADS, do_rotary=1)
        caches += cache
        added = product(attended, WIDTH, WIDTH)
        y, _, _, x = g.node("SkipSimplifiedLayerNormalization", [x, added, norm()], own, 4, epsilon=1e-5)
        gate = g.node("QuickGelu", [product(y, WIDTH, INNER)], own, alpha=1.0)
        added = product(g.node("Mul", [gate, product(y, WIDTH, INNER)]), INNER, WIDTH)
        y, _, _, x = g.node("SkipSimplifiedLayerNormalization", [x, added, norm()], own, 4, epsilon=1e-5)
    token = g.node("ArgMax", [product(y, WIDTH, VOCABULARY)], axis=-1, keepdims=0)
    axes = ["N", KEY_HEADS, "after", HEAD]
    g.save(path, given, [helper.make_tensor_value_info(token, TensorProto.INT64, ["N", "T"]),
                         *(helper.make_tensor_value_info(name, TensorProto.FLOAT, axes) for name in caches)])


def tokens(before, new):
    """New ids of one sequence, and a cache of those before."""
    random = np.random.default_rng(7)
    caches = {f"{name}{layer}": random.standard_normal((1, KEY_HEADS, before, HEAD), np.float32)
              for layer in range(LAYERS) for name in ("key", "value")}
    total = before + new
    return {"ids": random.integers(0, VOCABULARY, (1, new)), "last": np.array([total - 1], np.int32),
            "total": np.array(total, np.int32), **caches}


def dynamic(source, path):
    """What quantize_dynamic makes of a graph: products in integers, weights with a scale for each output channel."""
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # Shapes aren't inferred through onnxruntime's own operators.
    quantize_dynamic(source, path, per_channel=True, weight_type=QuantType.QInt8,
                     extra_options={"DefaultTensorType": TensorProto.FLOAT})
