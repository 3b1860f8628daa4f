"""Servers whose vectors are those of another text, of another length, or of nothing."""

import base64
import struct

from inferproof.judge.value import Value
from inferproof.requirements.vectors import vector
from tests.proof.mutants import breaks, spares


def _base64(numbers, order="<"):
    return base64.b64encode(struct.pack(f"{order}{len(numbers)}f", *numbers)).decode()


def _is_base64(draft):
    return draft.asked.get("encoding_format") == "base64"


def _is_batch(draft):
    return isinstance(draft.asked.get("input"), list)


@breaks("embeddings.encoding.float")
def base64_is_the_default(reply):
    for item in reply.json["data"]:
        item["embedding"] = _base64(vector(Value(item)))


@breaks("embeddings.encoding.base64")
def base64_is_ignored(reply):
    for item in reply.json["data"]:
        item["embedding"] = list(vector(Value(item)))


@breaks("embeddings.encoding.base64")
def the_string_is_cut(reply):
    for item in reply.json["data"]:
        item["embedding"] = item["embedding"][:-5]


@breaks("embeddings.encoding.same", where=_is_base64)
def the_numbers_are_big_endian(reply):
    for item in reply.json["data"]:
        item["embedding"] = _base64(vector(Value(item)), ">")


@breaks("embeddings.encoding.same", where=_is_base64)
def a_quarter_of_the_numbers_is_left(reply):
    for item in reply.json["data"]:
        numbers = vector(Value(item))
        item["embedding"] = _base64([0.0] * (len(numbers) // 4))


@breaks("embeddings.order", where=_is_batch)
def items_come_in_reverse(reply):
    data = reply.json["data"]
    for item, embedding in zip(data, [item["embedding"] for item in reversed(data)], strict=True):
        item["embedding"] = embedding


@breaks("embeddings.repeated", where=_is_batch)
def a_batch_has_vectors_of_its_own(reply):
    for item in reply.json["data"]:
        item["embedding"] = item["embedding"][::-1]


@breaks("embeddings.distinct")
def every_text_has_one_vector(reply):
    for item in reply.json["data"]:
        item["embedding"] = reply.json["data"][0]["embedding"]


@breaks("embeddings.length", where=_is_batch)
def a_vector_is_shorter(reply):
    del reply.json["data"][-1]["embedding"][-1]


@breaks("embeddings.finite", where=_is_base64)
def a_number_is_not_a_number(reply):
    item = reply.json["data"][0]
    item["embedding"] = _base64([float("nan"), *vector(Value(item))[1:]])


@breaks("embeddings.nonzero", where=lambda draft: not _is_base64(draft))
def a_vector_is_zero(reply):
    item = reply.json["data"][0]
    item["embedding"] = [0.0] * len(item["embedding"])


@breaks("embeddings.dimensions", where=lambda draft: not _is_base64(draft))
def dimensions_are_ignored(reply):
    item = reply.json["data"][0]
    item["embedding"] = item["embedding"] * 2


@spares("embeddings.nonzero")
def a_vector_is_no_list_of_numbers(reply):
    for item in reply.json["data"]:
        item["embedding"] = [None]


@spares("embeddings.finite")
def a_number_is_too_large_for_a_float(reply):
    for item in reply.json["data"]:
        item["embedding"] = [10**400]


@spares("embeddings.order", where=lambda draft: isinstance(draft.asked["input"], list))
def an_index_has_no_input(reply):
    for item in reply.json["data"]:
        item["index"] += 100


@breaks("embeddings.distinct", where=lambda draft: isinstance(draft.asked["input"], list))
def all_vectors_are_one(reply):
    for item in reply.json["data"]:
        item["embedding"] = reply.json["data"][0]["embedding"]


@spares("embeddings.repeated", where=lambda draft: isinstance(draft.asked["input"], list))
def an_item_too_many_is_another_ones_business(reply):
    reply.json["data"].append(reply.json["data"][0] | {"index": len(reply.json["data"])})


@breaks("embeddings.repeated", where=_is_batch)
def a_text_in_a_batch_has_no_vector(reply):
    for item in reply.json["data"]:
        item["embedding"] = [0.0] * len(item["embedding"])


@breaks("embeddings.order", where=_is_batch)
def each_vector_leans_to_the_next(reply):
    found = [list(item["embedding"]) for item in reply.json["data"]]
    for item, own, other in zip(reply.json["data"], found, [*found[1:], found[0]], strict=True):
        item["embedding"] = [a + 1.5 * b for a, b in zip(own, other, strict=True)]


@breaks("embeddings.distinct", where=_is_batch)
def from_the_fourth_on_items_have_the_third_vector(reply):
    for item in reply.json["data"][3:]:
        item["embedding"] = reply.json["data"][2]["embedding"]


@breaks("embeddings.distinct", where=_is_batch)
def the_end_of_a_text_is_not_read(reply):
    reply.json["data"][4]["embedding"] = reply.json["data"][3]["embedding"]
