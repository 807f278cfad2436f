#!/usr/bin/env python3
"""Writes the ONNX files of this folder: a small encoder and a small decoder of transformers, as people export them.

    pip install torch==2.9.1 transformers==4.57.6 optimum-onnx==0.1.0 onnx onnxscript
    python make.py

`encoder.onnx` and `decoder.onnx` are optimum's, which are PyTorch's older exporter's, the decoder with what it keeps of earlier
tokens; `encoder_dynamo.onnx` is PyTorch's newer one's, with other operators and names.

Their weights are those of `encoder/mod.rs` and `llama/mod.rs`, number by number, so that tests can hold an import from these
files against one from safetensors.
"""

import pathlib
import tempfile

import numpy as np
import onnx
import torch
from optimum.exporters.onnx import onnx_export_from_model
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM

HERE = pathlib.Path(__file__).resolve().parent
WIDTH, INNER, VOCABULARY, POSITIONS = 32, 64, 60, 24


class Noise:
    """The numbers of `Noise` in encoder/mod.rs."""

    def __init__(self, state):
        self.state = state

    def next(self):
        total = np.float32(0)
        for _ in range(6):
            self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
            total += np.float32(self.state >> 40) / np.float32(1 << 24) - np.float32(0.5)
        return total * np.float32(1.41)

    def many(self, shape, middle, spread):
        count = int(np.prod(shape))
        numbers = [np.float32(middle) + np.float32(spread) * self.next() for _ in range(count)]
        return torch.from_numpy(np.array(numbers, np.float32).reshape(shape))


def root(count):
    return np.float32(1) / np.sqrt(np.float32(count))


def encoder_tensors():
    noise, tensors = Noise(7), {}

    def add(name, shape, middle, spread):
        tensors[name] = noise.many(shape, middle, spread)

    add("embeddings.word_embeddings.weight", (VOCABULARY, WIDTH), 0.0, 1.0)
    add("embeddings.position_embeddings.weight", (POSITIONS, WIDTH), 0.0, 0.2)
    add("embeddings.token_type_embeddings.weight", (2, WIDTH), 0.1, 0.1)
    norms = ["embeddings.LayerNorm"]
    for layer in range(2):
        name = f"encoder.layer.{layer}."
        square = (WIDTH, WIDTH)
        products = [
            ("attention.self.query", square),
            ("attention.self.key", square),
            ("attention.self.value", square),
            ("attention.output.dense", square),
            ("intermediate.dense", (INNER, WIDTH)),
            ("output.dense", (WIDTH, INNER)),
        ]
        for part, shape in products:
            add(f"{name}{part}.weight", shape, 0.0, root(shape[1]))
            add(f"{name}{part}.bias", shape[:1], 0.0, 0.1)
        norms += [f"{name}attention.output.LayerNorm", f"{name}output.LayerNorm"]
    for norm in norms:
        add(f"{norm}.weight", (WIDTH,), 1.0, 0.2)
        add(f"{norm}.bias", (WIDTH,), 0.0, 0.2)
    return tensors


def decoder_tensors():
    noise, tensors = Noise(11), {}
    tensors["model.embed_tokens.weight"] = noise.many((VOCABULARY, WIDTH), 0.0, 0.4)
    norms = ["model.norm.weight"]
    for layer in range(2):
        name = f"model.layers.{layer}."
        products = [
            ("self_attn.q_proj", (WIDTH, WIDTH)),
            ("self_attn.k_proj", (WIDTH // 2, WIDTH)),
            ("self_attn.v_proj", (WIDTH // 2, WIDTH)),
            ("self_attn.o_proj", (WIDTH, WIDTH)),
            ("mlp.gate_proj", (INNER, WIDTH)),
            ("mlp.up_proj", (INNER, WIDTH)),
            ("mlp.down_proj", (WIDTH, INNER)),
        ]
        for part, shape in products:
            tensors[f"{name}{part}.weight"] = noise.many(shape, 0.0, root(shape[1]))
        norms += [f"{name}input_layernorm.weight", f"{name}post_attention_layernorm.weight"]
    for norm in norms:
        tensors[norm] = noise.many((WIDTH,), 1.0, 0.2)
    return tensors


def encoder(attention):
    config = BertConfig(
        vocab_size=VOCABULARY,
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=INNER,
        max_position_embeddings=POSITIONS,
        attn_implementation=attention,
    )
    return loaded(BertModel(config, add_pooling_layer=False), encoder_tensors())


def decoder(attention):
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=INNER,
        max_position_embeddings=40,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
        attn_implementation=attention,
    )
    return loaded(LlamaForCausalLM(config), decoder_tensors())


def loaded(model, tensors):
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    assert not unexpected and all(name == "lm_head.weight" for name in missing), (missing, unexpected)
    return model.eval()


class Rows(torch.nn.Module):
    """An encoder's rows alone."""

    def __init__(self, model):
        super().__init__()
        self.inner = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.inner(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)[0]


def by_optimum(model, task, file):
    with tempfile.TemporaryDirectory() as folder:
        onnx_export_from_model(model, folder, task=task, do_validation=False)
        keep(onnx.load(pathlib.Path(folder) / "model.onnx"), file)


def by_dynamo(model, file):
    ids = torch.randint(1, VOCABULARY, (2, 7))
    auto = torch.export.Dim.AUTO
    program = torch.onnx.export(
        Rows(model),
        (ids, torch.ones_like(ids), torch.zeros_like(ids)),
        input_names=["input_ids", "attention_mask", "token_type_ids"],
        output_names=["last_hidden_state"],
        dynamic_shapes=tuple({0: auto, 1: auto} for _ in range(3)),
        dynamo=True,
    )
    keep(program.model_proto, file)


def keep(model, file):
    """Writes a file without what its tool says of where in Python a node comes from."""
    graph = model.graph
    for node in graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for each in [*graph.input, *graph.output, *graph.initializer]:
        del each.metadata_props[:]
    del graph.value_info[:], graph.metadata_props[:]
    onnx.save(model, HERE / file)
    print(file, (HERE / file).stat().st_size)


def main():
    torch.manual_seed(0)
    by_optimum(encoder("eager"), "feature-extraction", "encoder.onnx")
    by_dynamo(encoder("sdpa"), "encoder_dynamo.onnx")
    by_optimum(decoder("eager"), "text-generation-with-past", "decoder.onnx")


if __name__ == "__main__":
    main()
