"""Other vectors than the mock's, and other ways to count what they cost."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable

from tests.proof.legal_servers import variant
from tests.proof.legal_servers.reply import Reply, embeddings

Vector = list[float]


def change(reply: Reply, edit: Callable[[Vector], Vector]) -> None:
    """Edit each vector, in either encoding."""
    for item in reply.json["data"]:
        value = item["embedding"]
        if isinstance(value, str):
            data = base64.b64decode(value)
            vector = edit(list(struct.unpack(f"<{len(data) // 4}f", data)))
            item["embedding"] = base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
        else:
            item["embedding"] = edit(value)


@variant(of=embeddings)
def vectors_are_not_normalized(reply: Reply) -> None:
    """Vectors have a length of seven."""
    change(reply, lambda vector: [7 * number for number in vector])


@variant(of=embeddings)
def vectors_are_coarse(reply: Reply) -> None:
    """Numbers are rounded to three digits, as quantized models give them; some are whole, and zero is signed."""
    change(reply, lambda vector: [0 if abs(number) < 0.001 else round(number, 3) for number in vector])


@variant(of=embeddings)
def vectors_are_tiny(reply: Reply) -> None:
    """Numbers are so small that they are written with exponents."""
    change(reply, lambda vector: [1e-9 * number for number in vector])


@variant(of=embeddings)
def every_text_is_much_alike(reply: Reply) -> None:
    """All vectors point nearly the same way, as those of a model do that was not trained for it."""
    change(reply, lambda vector: [number + 1 for number in vector])


@variant(of=embeddings)
def embeddings_complete_nothing(reply: Reply) -> None:
    """The usage of embeddings has null for `completion_tokens`."""
    reply.json["usage"]["completion_tokens"] = None


@variant(of=embeddings)
def embeddings_tell_less(reply: Reply) -> None:
    """Embeddings have no id, no time and no `completion_tokens`, as OpenAI's."""
    for name in ("id", "created"):
        reply.json.pop(name, None)
    reply.json["usage"].pop("completion_tokens", None)


@variant(of=lambda reply: embeddings(reply) and "truncate_prompt_tokens" not in reply.asked)
def inputs_have_special_tokens(reply: Reply) -> None:
    """Each input counts two tokens more, those that begin and end it."""
    usage = reply.json["usage"]
    for name in ("prompt_tokens", "total_tokens"):
        usage[name] += 2 * len(reply.json["data"])
