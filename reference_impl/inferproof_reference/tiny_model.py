"""A language model of 172,000 numbers, made on the spot, so that a real engine can run where no model can be had.

`write_tiny_model(folder)` writes a Llama of two layers, its tokenizer and its chat template: about 400 kB, the same
bytes each time and everywhere, with the standard library alone. vLLM, transformers and anything else that reads a
Hugging Face folder can load it; `--runner pooling --convert embed` makes an embedding model of the same folder.

**What it can decide.** Everything that the engine does and the model does not: shapes, framing, token counts, log
probabilities, stop conditions, penalties, seeds, limits, errors, aborts, and decoding that is constrained by a schema,
regex, choice, grammar or a forced tool call, since there the engine leaves only valid tokens to choose from.

**What it cannot.** Whatever is the model's own free choice: whether it calls a tool when `tool_choice` is `auto`,
whether it obeys an instruction, whether an answer makes sense, or whether similar texts have near embeddings.

**How it behaves.** The weights are uniformly random but for three channels of the residual stream:

- `BIAS` is constant, so that the output row of a token can carry a bias: printable text is likely; control characters,
  pieces of a UTF-8 character and special tokens all but never come unless nothing else is allowed.
- `TURN` marks the special tokens with which a turn begins or ends. One attention head looks for the last of them and
  loses sight of it some 60 tokens later, because the rotary pairs that its query and key lie in have turned by then.
- `NEAR` is what that head found. Once it fades, the end token gains weight, and so do the tokens that close a JSON
  string, array or object: so an answer ends by itself (`finish_reason` is `stop`), and constrained JSON closes.

Greedy text depends on the whole prompt through the other head and the second layer. On vLLM 0.32, all of 840 answers
(free text and six JSON schemas, greedy and sampled) ended by themselves, the longest after 163 tokens.
"""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path
from typing import Any

from inferproof import writing
from inferproof_reference import tiny_tokenizer as tokenizer

HIDDEN, HEADS, HEAD_SIZE, MLP, LAYERS = 64, 2, 32, 128, 2
CONTEXT = 8192  # the documented context of the models that the reference stands for
SEED = 2025

RESERVED = BIAS, TURN, NEAR = (HIDDEN - 3, HIDDEN - 2, HIDDEN - 1)  # last, so that shortened embeddings lack them
# Pair i turns by 10000 ** (-2 * i / 32) radians a token. The mean cosine of these five is 1 at no distance, 0.6 at 60
# tokens, 0.2 at 100, and below 0.55 within the first 4096; a single pair would come round to 1 again.
ROTARY_PAIRS = range(6, 11)

Matrix = list[list[float]]


def write_tiny_model(folder: Path) -> None:
    """Write the model into `folder`, which is made if need be; files of the same names are replaced.

    Raises CannotWrite.
    """
    writing.make_folder(folder)
    for name, content in (
        ("config.json", config()),
        ("generation_config.json", {"eos_token_id": token_id(tokenizer.END), "pad_token_id": token_id(tokenizer.PAD)}),
        ("tokenizer.json", tokenizer.tokenizer_json()),
        ("tokenizer_config.json", tokenizer.tokenizer_config()),
    ):
        writing.write(folder / name, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    writing.write(folder / "chat_template.jinja", tokenizer.CHAT_TEMPLATE)
    writing.write(folder / "model.safetensors", safetensors(weights()))


def config() -> dict[str, Any]:
    """The content of `config.json`."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": len(tokenizer.vocabulary()),
        "hidden_size": HIDDEN,
        "intermediate_size": MLP,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS,
        "head_dim": HEAD_SIZE,
        "hidden_act": "silu",
        "max_position_embeddings": CONTEXT,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
        "attention_bias": False,
        "bos_token_id": None,
        "eos_token_id": token_id(tokenizer.END),
        "pad_token_id": token_id(tokenizer.PAD),
        "dtype": "float32",
        "matryoshka_dimensions": [8, 16, 32, 64],  # lets an embedding request choose its `dimensions`
    }


def token_id(added: str) -> int:
    return tokenizer.vocabulary().index(added)


def weights() -> dict[str, Matrix]:
    """Every tensor by its name in a Llama checkpoint; a matrix has one row per output."""
    # Only Random.random() is promised to give the same numbers in every Python release.
    draw = random.Random(SEED).random

    def noise(rows: int, columns: int, spread: float) -> Matrix:
        """Uniform numbers with this standard deviation."""
        return [[(2 * draw() - 1) * spread * 3**0.5 for _ in range(columns)] for _ in range(rows)]

    def reading(rows: int, spread: float) -> Matrix:
        """Noise that reads the residual stream, but for the reserved channels: they would drown the text."""
        return [line + [0.0] * len(RESERVED) for line in noise(rows, HIDDEN - len(RESERVED), spread)]

    def writing(columns: int, spread: float) -> Matrix:
        """Noise that writes to the residual stream, but for the reserved channels."""
        return noise(HIDDEN - len(RESERVED), columns, spread) + [[0.0] * columns for _ in RESERVED]

    vocabulary = tokenizer.vocabulary()
    tensors = {
        "model.embed_tokens.weight": noise(len(vocabulary), HIDDEN, 1.0),
        "lm_head.weight": noise(len(vocabulary), HIDDEN, 0.3),
        "model.norm.weight": [[1.0] * HIDDEN],
    }
    for layer in range(LAYERS):
        prefix = f"model.layers.{layer}"
        for name in ("q", "k"):
            tensors[f"{prefix}.self_attn.{name}_proj.weight"] = reading(HEADS * HEAD_SIZE, 0.2)
        tensors[f"{prefix}.self_attn.v_proj.weight"] = reading(HEADS * HEAD_SIZE, 0.2)
        tensors[f"{prefix}.self_attn.o_proj.weight"] = writing(HEADS * HEAD_SIZE, 0.3)
        tensors[f"{prefix}.mlp.gate_proj.weight"] = reading(MLP, 0.125)
        tensors[f"{prefix}.mlp.up_proj.weight"] = reading(MLP, 0.125)
        tensors[f"{prefix}.mlp.down_proj.weight"] = writing(MLP, 0.1)
        for name in ("input_layernorm", "post_attention_layernorm"):
            tensors[f"{prefix}.{name}.weight"] = [[1.0] * HIDDEN]
    for token, embedding, output in zip(
        vocabulary, tensors["model.embed_tokens.weight"], tensors["lm_head.weight"], strict=True
    ):
        embedding[BIAS], embedding[TURN], embedding[NEAR] = 4.0, 4.0 if token in tokenizer.SPECIAL else 0.0, 0.0
        far, lost = bias(token), closing(token)
        output[BIAS], output[TURN], output[NEAR] = (far + lost) / 2, 0.0, -lost / 2
    watch_for_turns(tensors)
    return tensors


def watch_for_turns(tensors: dict[str, Matrix]) -> None:
    """Make the first head of the first layer find the last turn token, and tell NEAR."""
    query, key, value, out = (tensors[f"model.layers.0.self_attn.{name}_proj.weight"] for name in "qkvo")
    for matrix in (query, key, value):
        matrix[:HEAD_SIZE] = [[0.0] * HIDDEN for _ in range(HEAD_SIZE)]
    for row in out:
        row[:HEAD_SIZE] = [0.0] * HEAD_SIZE
    for pair in ROTARY_PAIRS:
        query[pair][BIAS] = key[pair][TURN] = 1.0
    value[0][TURN] = 1.0
    out[NEAR][0] = 1.25  # with the turn in full view NEAR then is as large as BIAS


def bias(token: bytes | str) -> float:
    """How likely the token is in plain text, in units of the logit."""
    if isinstance(token, str):
        return {tokenizer.END: -6.0, tokenizer.TOOL_CALL[0]: -12.0, tokenizer.TOOL_CALL[1]: -12.0}.get(token, -30.0)
    try:
        text = token.decode()
    except UnicodeDecodeError:
        return -24.0
    if text == "<":
        return -18.0  # else a forced `<tool_call>` is spelt out in nine tokens
    if text == "\n":
        return -4.0
    if not text.isprintable():
        return -24.0
    if text.isspace():
        return -6.0
    return min(len(text), 4) * 0.5


def closing(token: bytes | str) -> float:
    """How much likelier the token becomes once the last turn is out of sight.

    A quote comes before a bracket, because inside a JSON string a bracket is text like any other.
    """
    if token == tokenizer.END:
        return 56.0
    if isinstance(token, bytes) and token.strip(b'"}]') == b"":
        return 30.0 if token.startswith(b'"') else 22.0
    if token in (b",", b":"):
        return 12.0
    return 0.0


def safetensors(tensors: dict[str, Matrix]) -> bytes:
    """The file format of that name: the length of a JSON header, the header, then every tensor's numbers (F16)."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = bytearray()
    for name, rows in tensors.items():
        numbers = [number for row in rows for number in row]
        start = len(data)
        data += struct.pack(f"<{len(numbers)}e", *numbers)
        shape = [len(numbers)] if name.endswith("norm.weight") else [len(rows), len(rows[0])]
        header[name] = {"dtype": "F16", "shape": shape, "data_offsets": [start, len(data)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + bytes(data)
