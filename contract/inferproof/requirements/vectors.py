"""The vectors of embeddings: their encodings, their order, and that they say something. No model is needed to tell.

Two computations of one text may differ in the last bits, as a real engine batches them differently; so vectors are
compared by their cosine.

Breaks: base64 of doubles or of big-endian floats, a batch whose padding changes its vectors.
Reference: both encodings are the engine's own.
"""

from __future__ import annotations

import base64
import binascii
import math
import struct
from typing import Any

from inferproof.judge.check import Check
from inferproof.judge.requirement import (
    CONVENTION,
    CORRECTION,
    MUST,
    PROJECT,
    SHOULD,
    requirement,
)
from inferproof.judge.select import replies
from inferproof.judge.subject import Subject
from inferproof.requirements.embeddings import DATA, POST, REQUEST, ROLE

EMBEDDING = f"{DATA}/properties/embedding"
ENCODING = f"{REQUEST}/properties/encoding_format"

SAME = 0.99
"""Vectors of one text have at least this cosine: bfloat16 and batching cost less than 0.001."""

MARGIN = 0.01
"""How much closer another text's vector must be before we say that two were swapped."""

Vector = tuple[float, ...]


def vector(item: dict[str, Any]) -> Vector:
    """An item's numbers; base64 is read as little-endian 32-bit floats. Raises LookupError where it cannot be."""
    value = item["embedding"]
    if not isinstance(value, str):
        return tuple(float(number) for number in value)
    try:
        data = base64.b64decode(value, validate=True)
        return struct.unpack(f"<{len(data) // 4}f", data)
    except (binascii.Error, struct.error):
        raise LookupError("not base64 of 32-bit floats") from None


def vectors(answer: Subject) -> list[Vector]:
    return [vector(item) for item in answer.json["data"]]


def cosine(one: Vector, other: Vector) -> float:
    """0 where the lengths differ or a vector is zero, so that neither passes for likeness."""
    size = math.hypot(*one) * math.hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / size if len(one) == len(other) and size else 0.0


@requirement(
    "embeddings.encoding.float",
    MUST,
    basis=CONVENTION,
    claims=ROLE,
    cites=(ENCODING, EMBEDDING),
    of=replies(ROLE, where=lambda answer: answer.asked.get("encoding_format", "float") == "float"),
)
def floats_are_numbers(reply: Subject, check: Check) -> None:
    """`encoding_format: float`, the default, gives each `embedding` as a list of numbers."""
    for position, item in enumerate(reply.json["data"]):
        check.that(isinstance(item["embedding"], list), "numbers", item["embedding"], at=f"/data/{position}/embedding")


@requirement(
    "embeddings.encoding.base64",
    MUST,
    basis=CONVENTION,
    claims=ROLE,
    cites=(ENCODING, EMBEDDING),
    of=replies(ROLE, where=lambda answer: answer.asked.get("encoding_format") == "base64"),
)
def base64_is_a_string(reply: Subject, check: Check) -> None:
    """`encoding_format: base64` gives each `embedding` as a base64 string of whole 32-bit floats."""
    for position, item in enumerate(reply.json["data"]):
        value, at = item["embedding"], f"/data/{position}/embedding"
        check.that(isinstance(value, str), "a string", value, at=at)
        try:
            vector(item)
        except LookupError as error:
            check.fail("base64 of 32-bit floats", str(error), at=at)


@requirement(
    "embeddings.encoding.same", SHOULD, basis=CORRECTION, claims=ROLE, cites=EMBEDDING, needs="embeddings.encodings"
)
def both_encodings_say_the_same(replies: list[Subject], check: Check) -> None:
    """Read as little-endian 32-bit floats, the base64 form is the vector that the float form shows."""
    first, *others = (vectors(reply)[0] for reply in replies)
    for other in others:
        check.equal(len(other), len(first), at="/data/0/embedding: length")
        likeness = cosine(first, other)
        check.that(likeness > SAME, f"a cosine above {SAME}", round(likeness, 4), at="/data/0/embedding")


@requirement(
    "embeddings.order",
    MUST,
    basis=CONVENTION,
    claims=ROLE,
    cites=(f"{POST}/responses/200/description", f"{DATA}/properties/index"),
    needs="embeddings.batch",
)
def items_are_in_the_order_of_inputs(replies: list[Subject], check: Check) -> None:
    """Each item is the embedding of the input at its `index`: it is no nearer to that of another input."""
    single = [vectors(reply)[0] for reply in replies[:-1]]
    for item in replies[-1].json["data"]:
        index = int(item["index"])
        likeness = [round(cosine(vector(item), other), 4) for other in single]
        nearest = likeness.index(max(likeness))
        holds = max(likeness) - likeness[index] <= MARGIN
        check.that(holds, f"nearest to input {index}", f"nearest to input {nearest}", at=f"/data/{index}/embedding")


@requirement("embeddings.repeated", SHOULD, basis=PROJECT, claims=ROLE, cites=EMBEDDING, needs="embeddings.batch")
def a_text_has_one_vector(replies: list[Subject], check: Check) -> None:
    """A text embedded again, alone or among others, has the same vector."""
    for index, (reply, again) in enumerate(zip(replies, vectors(replies[-1]), strict=False)):
        likeness = cosine(vectors(reply)[0], again)
        check.that(likeness > SAME, f"a cosine above {SAME}", round(likeness, 4), at=f"/data/{index}/embedding")


@requirement("embeddings.distinct", SHOULD, basis=PROJECT, claims=ROLE, cites=EMBEDDING, needs="embeddings.batch")
def different_texts_have_different_vectors(replies: list[Subject], check: Check) -> None:
    """Different texts have different vectors."""
    found = vectors(replies[-1])
    check.equal(len(set(found)), len(found), at="/data: different embeddings")


@requirement("embeddings.length", SHOULD, basis=PROJECT, claims=ROLE, cites=EMBEDDING, needs="embeddings.batch")
def vectors_have_one_length(replies: list[Subject], check: Check) -> None:
    """All vectors of one model have the same length."""
    lengths = {len(found) for reply in replies for found in vectors(reply)}
    check.that(len(lengths) == 1, "one length", sorted(lengths), at="/data: lengths")


@requirement("embeddings.finite", SHOULD, basis=PROJECT, claims=ROLE, cites=EMBEDDING, of=replies(ROLE))
def vectors_are_finite(reply: Subject, check: Check) -> None:
    """The numbers of a vector are finite."""
    for position, found in enumerate(vectors(reply)):
        odd = [str(number) for number in found if not math.isfinite(number)]
        check.that(not odd, "finite numbers", odd[:3], at=f"/data/{position}/embedding")


@requirement("embeddings.nonzero", SHOULD, basis=PROJECT, claims=ROLE, cites=EMBEDDING, of=replies(ROLE))
def vectors_are_not_zero(reply: Subject, check: Check) -> None:
    """A vector has numbers, and not all of them are zero."""
    for position, found in enumerate(vectors(reply)):
        check.that(any(found), "a number other than 0", list(found[:3]), at=f"/data/{position}/embedding")


@requirement(
    "embeddings.dimensions",
    SHOULD,
    basis=CONVENTION,
    claims="embeddings.dimensions",
    cites=f"{REQUEST}/properties/dimensions",
    of=replies(ROLE, where=lambda answer: isinstance(answer.asked.get("dimensions"), int)),
)
def dimensions_are_obeyed(reply: Subject, check: Check) -> None:
    """A vector has as many numbers as `dimensions` asks for."""
    for position, found in enumerate(vectors(reply)):
        check.equal(len(found), reply.asked["dimensions"], at=f"/data/{position}/embedding: length")
