"""A Llama in a Hugging Face folder as a GGUF file, which llama.cpp reads: python tiny_gguf.py FOLDER FILE.

The numbers and the tokens are the same; tensors have other names, and the rows of queries and keys another order.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gguf
import numpy as np

NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
"""What GGUF calls a tensor, less the number of its layer."""


def convert(folder: Path, file: str) -> None:
    config = read(folder / "config.json")
    writer = gguf.GGUFWriter(file, "llama")
    write_shape(writer, config)
    write_tokens(writer, read(folder / "tokenizer.json"), config)
    writer.add_chat_template((folder / "chat_template.jinja").read_text(encoding="utf-8"))
    for name, numbers in tensors(folder / "model.safetensors"):
        turned = name.endswith(("q_proj.weight", "k_proj.weight"))
        writer.add_tensor(renamed(name), side_by_side(numbers, config["num_attention_heads"]) if turned else numbers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def write_shape(writer: gguf.GGUFWriter, config: dict[str, Any]) -> None:
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def write_tokens(writer: gguf.GGUFWriter, tokenizer: dict[str, Any], config: dict[str, Any]) -> None:
    """A byte-level BPE. Its own expression (`use_regex`) is GPT-2's."""
    model, added, kinds = tokenizer["model"], tokenizer["added_tokens"], gguf.TokenType
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([*model["vocab"], *(token["content"] for token in added)])
    types = [kinds.CONTROL if token["special"] else kinds.USER_DEFINED for token in added]
    writer.add_token_types([*(kinds.NORMAL for _ in model["vocab"]), *types])
    writer.add_token_merges([" ".join(pair) for pair in model["merges"]])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_pad_token_id(config["pad_token_id"])
    writer.add_add_bos_token(False)


def tensors(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Each tensor of a safetensors file of 16-bit floats, in 32 bits: a length, a JSON header, then the numbers."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    for name, place in json.loads(data[8:start]).items():
        if name != "__metadata__":
            first, last = place["data_offsets"]
            numbers = np.frombuffer(data[start + first : start + last], dtype=np.float16)
            yield name, numbers.astype(np.float32).reshape(place["shape"])


def renamed(name: str) -> str:
    """`blk.0.attn_q.weight` of `model.layers.0.self_attn.q_proj.weight`."""
    stem = name.removesuffix(".weight")
    if not stem.startswith("model.layers."):
        return f"{NAMES[stem]}.weight"
    number, part = stem.removeprefix("model.layers.").split(".", 1)
    return f"blk.{number}.{NAMES[part]}.weight"


def side_by_side(matrix: np.ndarray, heads: int) -> np.ndarray:
    """The two rows of each rotary pair as neighbours, where a checkpoint has them half a head apart."""
    rows, columns = matrix.shape
    return matrix.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), sys.argv[2])
