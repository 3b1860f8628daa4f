"""Embeddings that are of another text, in another order, or another number format."""

from __future__ import annotations

import base64
import struct
from typing import Any

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import refuse
from tests.proof.legal_servers.reply import Reply, embeddings


def batch(reply: Reply) -> bool:
    return embeddings(reply) and len(reply.json["data"]) > 1


def in_base64(reply: Reply) -> bool:
    return embeddings(reply) and isinstance(reply.json["data"][0]["embedding"], str)


def numbers(text: str) -> list[float]:
    raw = base64.b64decode(text)
    return list(struct.unpack(f"<{len(raw) // 4}f", raw))


def packed(values: list[float], kind: str) -> str:
    return base64.b64encode(struct.pack(f"{kind[0]}{len(values)}{kind[1]}", *values)).decode()


@defect("embeddings.encoding.base64", asks=True, seen="lmstudio-ai/lmstudio-bug-tracker#756")
def base64_is_ignored(asked: dict[str, Any]) -> None:
    """`encoding_format: base64`, the default of SDKs, is ignored; they decode floats as base64 of nonsense."""
    asked.pop("encoding_format", None)


@defect("embeddings.encoding.same", of=in_base64)
def base64_is_big_endian(reply: Reply) -> None:
    """The floats in base64 are big-endian."""
    for item in reply.json["data"]:
        item["embedding"] = packed(numbers(item["embedding"]), ">f")


@defect("embeddings.encoding.same", of=in_base64)
def base64_is_of_doubles(reply: Reply) -> None:
    """The numbers in base64 are 64-bit floats."""
    for item in reply.json["data"]:
        item["embedding"] = packed(numbers(item["embedding"]), "<d")


@defect("embeddings.nonzero", of=embeddings, seen="openclaw/openclaw#59048")
def vectors_are_zero(reply: Reply) -> None:
    """Every vector is zero, as what a wrong decoding leaves of it."""
    for item in reply.json["data"]:
        found = item["embedding"]
        zero = [0.0] * len(numbers(found) if isinstance(found, str) else found)
        item["embedding"] = packed(zero, "<f") if isinstance(found, str) else zero


@defect("embeddings.dimensions", asks=True, seen="BerriAI/litellm#42421")
def dimensions_are_dropped(asked: dict[str, Any]) -> None:
    """`dimensions` is ignored: the vector has its full length."""
    asked.pop("dimensions", None)


@defect("embeddings.order", of=batch)
def batches_come_sorted_by_length(reply: Reply) -> None:
    """A batch is sorted for the engine and not sorted back: vectors stand under others' indexes."""
    data = reply.json["data"]
    vectors = [item["embedding"] for item in data]
    for item, vector in zip(data, [*vectors[1:], vectors[0]], strict=True):
        item["embedding"] = vector


@defect("embeddings.reply.count", of=batch)
def only_the_first_input_is_embedded(reply: Reply) -> None:
    """Of a list of inputs only the first is embedded."""
    del reply.json["data"][1:]


@defect("embeddings.reply.index", of=batch)
def every_item_is_the_first(reply: Reply) -> None:
    """Every item has index 0."""
    for item in reply.json["data"]:
        item["index"] = 0


@defect("embeddings.distinct", of=batch)
def every_input_has_one_vector(reply: Reply) -> None:
    """The pooling takes the padding: every text of a batch has the same vector."""
    for item in reply.json["data"]:
        item["embedding"] = reply.json["data"][0]["embedding"]


@defect("embeddings.distinct", asks=True)
def texts_are_cut_after_five_words(asked: dict[str, Any]) -> None:
    """Of each text five words are embedded, and nobody is told."""
    given = asked.get("input")
    if isinstance(given, list):
        asked["input"] = [_cut(each) for each in given]
    elif "input" in asked:
        asked["input"] = _cut(given)


def _cut(text: Any) -> Any:
    return " ".join(text.split()[:5]) if isinstance(text, str) else text


@defect("embeddings.distinct", of=batch)
def a_batch_holds_three(reply: Reply) -> None:
    """The items of a batch from the fourth on repeat the third."""
    for item in reply.json["data"][3:]:
        item["embedding"] = reply.json["data"][2]["embedding"]


@defect("embeddings.repeated", of=lambda reply: batch(reply) and not in_base64(reply))
def padding_changes_the_vector(reply: Reply) -> None:
    """In a batch the shorter texts have other vectors than alone."""
    for item in reply.json["data"]:
        item["embedding"] = [value + 0.5 * (place % 2) for place, value in enumerate(item["embedding"])]


@defect("embeddings.usage.sum", of=batch)
def usage_is_that_of_the_first(reply: Reply) -> None:
    """Of a list of inputs only the first is counted."""
    reply.json["usage"].update(prompt_tokens=1, total_tokens=1)


@defect("reply.json", of=lambda reply: embeddings(reply) and not in_base64(reply))
def a_vector_is_not_a_number(reply: Reply) -> None:
    """Half precision overflows: numbers are NaN, which is not JSON."""
    reply.json["data"][0]["embedding"][0] = float("nan")


@defect("embeddings.request.token-ids", of=lambda reply: embeddings(reply) and _ids(reply))
def token_ids_are_refused(reply: Reply) -> None:
    """An input of token ids, which LangChain sends by default, is answered 400."""
    refuse(reply, message="input must be a string or a list of strings")


def _ids(reply: Reply) -> bool:
    found = reply.asked.get("input")
    return isinstance(found, list) and bool(found) and not isinstance(found[0], str)
