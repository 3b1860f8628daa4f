"""A byte-level BPE tokenizer small enough to make on the spot: any text encodes, and common words are one token.

The vocabulary is the 256 bytes, the merges learnt from a page of text, then the added tokens. It is written in the
`tokenizer.json` format of Hugging Face tokenizers, with the GPT-2 alphabet that stands for bytes in it.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import Any

END = "<|end|>"
SYSTEM, USER, ASSISTANT, TOOL = "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>"
PAD = "<|pad|>"
SPECIAL = (END, PAD, SYSTEM, USER, ASSISTANT, TOOL)
TOOL_CALL = ("<tool_call>", "</tool_call>")  # added but not special: the tool parser reads them in the text
ADDED = (*SPECIAL, *TOOL_CALL)

MERGES = 440  # with the bytes and the added tokens 704 tokens, which is 11 x 64: vLLM pads a vocabulary to 64

# What the merges are learnt from: plain English, JSON punctuation, digits, and words whose letters take two or three
# bytes of UTF-8 each, so that some tokens are whole characters and others only a part of one.
CORPUS = """
 The server answers every request that it can, and says plainly why it will not answer the others. A client sends a
 message; the model reads the message and writes the next word, and the next, until there is nothing left to say. When
 the client asks for a stream, each piece of the answer is sent as soon as it has been made, so that the reader never
 waits for the whole of it. If the answer would be longer than the limit, the server stops there and says so. A good
 answer is short and clear; a better one is also right. Some people ask about the weather in the city, some about the
 price of bread or the way to the station, and others want to know how many days there are in a year. The morning was
 cold and bright, with snow on the hills and a little wind from the north. She opened the window, looked at the garden
 and the river behind it, and thought of the work that was still to be done before the evening. "Please tell me what
 you see," he said, and she told him about the birds, the trees, the old stone bridge and the boats below. All of this
 took more time than they had, but neither of them minded. From one small thing another small thing is made; that is
 how a house is built, and a town, and in the end a country. We should test what we can, measure what we cannot test,
 and write down what we have found, because people who come after us will need it. I think that would be fine.
 {"name": "answer", "arguments": {"city": "Paris", "days": 3}} {"score": 0.75, "positive": true} [1, 2, 3, 10, 100]
 {"items": [{"id": 1, "value": "first"}, {"id": 2, "value": "second"}], "count": 2, "next": null, "done": false}
 in 2024 and 2025, 12 of 30, 50 per cent
 über Größe für schön, café déjà, mañana, Привет мир, Ελλάδα, 日本語 日本 東京, 你好 你好, naïve, été — été
"""


def alphabet() -> dict[int, str]:
    """The character that stands for each byte: itself where it is printable Latin-1, else one from U+0100 on."""
    own = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = (byte for byte in range(0x100) if byte not in own)
    return {byte: chr(byte) for byte in sorted(own)} | {byte: chr(0x100 + rank) for rank, byte in enumerate(others)}


@cache
def merges() -> tuple[tuple[str, str], ...]:
    """The pairs to join, best first: each is the commonest in the corpus after the joins before it."""
    letters = alphabet()
    pieces = re.findall(r" ?[^\W\d_]+| ?\d+| ?[^\s\w]+", CORPUS)
    words = {tuple(letters[byte] for byte in piece.encode()): times for piece, times in Counter(pieces).items()}
    learnt: list[tuple[str, str]] = []
    for _ in range(MERGES):
        found: Counter[tuple[str, str]] = Counter()
        for word, times in words.items():
            for pair in pairwise(word):
                found[pair] += times
        best = max(found, key=lambda pair: (found[pair], pair))
        learnt.append(best)
        words = {joined(word, best): times for word, times in words.items()}
    return tuple(learnt)


def joined(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    """The word with each occurrence of the pair made one piece."""
    out: list[str] = []
    for piece in word:
        if out and (out[-1], piece) == pair:
            out[-1] += piece
        else:
            out.append(piece)
    return tuple(out)


def vocabulary() -> list[bytes | str]:
    """Every token in the order of its id: the bytes it stands for, or the name of an added token."""
    byte_of = {char: byte for byte, char in alphabet().items()}
    plain = [*alphabet().values(), *(first + second for first, second in merges())]
    return [bytes(byte_of[char] for char in token) for token in plain] + list(ADDED)


def tokenizer_json() -> dict[str, Any]:
    """The content of `tokenizer.json`."""
    learnt = merges()
    plain = [*alphabet().values(), *(first + second for first, second in learnt)]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": number, "content": token, "special": token in SPECIAL, **flags}
            for number, token in enumerate(ADDED, len(plain))
        ],
        "normalizer": None,
        "pre_tokenizer": byte_level,
        "post_processor": None,
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {token: number for number, token in enumerate(plain)},
            "merges": [list(pair) for pair in learnt],
        },
    }


def tokenizer_config() -> dict[str, Any]:
    """The content of `tokenizer_config.json`."""
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": END,
        "pad_token": PAD,
        "additional_special_tokens": [SYSTEM, USER, ASSISTANT, TOOL],
        "clean_up_tokenization_spaces": False,
        "model_max_length": 8192,
    }


# Hermes style: the tools stand in a system turn, a call is JSON between <tool_call> and </tool_call>, as vLLM's
# `hermes` parser reads it. A role that has no token of its own is shown to the model as a user's.
CHAT_TEMPLATE = """\
{%- if tools %}<|system|>
Tools:
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}
To call one, write <tool_call>
{"name": NAME, "arguments": {}}
</tool_call><|end|>
{% endif %}
{%- for document in documents or [] %}<|system|>
{{ document | tojson }}<|end|>
{% endfor %}
{%- for message in messages %}
{%- set role = "system" if message.role == "developer" else "tool" if message.role == "function" else message.role %}
{{- "<|" ~ (role if role in ["system", "assistant", "tool"] else "user") ~ "|>\\n" }}
{{- message.content or "" }}
{%- for call in message.tool_calls or [] %}
<tool_call>
{"name": {{ call.function.name | tojson }}, "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor %}<|end|>
{% endfor %}
{%- if add_generation_prompt %}<|assistant|>
{% endif %}"""
