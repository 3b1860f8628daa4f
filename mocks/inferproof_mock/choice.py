"""One choice of a reply: a text, or tool calls one after the other, and before it what the model reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from inferproof_mock.decoder import Decoder
from inferproof_mock.sampler import Draw

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A tool call whose arguments are still to be decoded."""

    id: str
    name: str


@dataclass(frozen=True)
class Delta:
    """What one step adds to a message, in the shape of a stream's delta, and the tokens it is made of."""

    members: Json
    draws: tuple[Draw, ...] = ()


@dataclass(frozen=True)
class Part:
    """A text to decode, or the arguments of a call. `open` makes its decoder, given the most tokens it may have.

    A `thought` is a text too, which comes before the others and is none of the answer.
    """

    open: Callable[[int], Decoder]
    call: Call | None = None
    thought: bool = False


class Choice:
    """Steps through its parts. `finish` is None until the last one ends, then the finish reason.

    `prefix` is text that the message begins with although nobody decoded it. `cap` is the most tokens of all parts;
    `reasoned` are those of a thought.
    """

    def __init__(self, index: int, parts: list[Part], cap: int, prefix: str = "") -> None:
        self.index = index
        self.finish: str | None = None
        self.draws: list[Draw] = []
        self.reasoned = 0
        self._parts = parts
        self._thoughts = sum(part.thought for part in parts)
        self._prefix = "" if self.calls else prefix
        self._left = cap
        self._decoders = [parts[0].open(cap)]

    @property
    def calls(self) -> bool:
        """Whether it calls tools."""
        return self._parts[-1].call is not None

    @property
    def stop(self) -> int | str | None:
        return self._decoders[-1].stop

    @property
    def likelihood(self) -> float:
        """The mean log-probability of its tokens."""
        return sum(draw.logprob for draw in self.draws) / max(1, len(self.draws))

    def opening(self) -> Delta:
        return Delta({"role": "assistant", "content": None if self.calls else ""})

    def step(self) -> list[Delta]:
        """Decodes one token; what it adds to the message, which may be nothing."""
        decoder, part = self._decoders[-1], self._parts[len(self._decoders) - 1]
        place = len(self._decoders) - 1 - self._thoughts
        deltas = [] if decoder.generated else self._opened(part, place)
        piece = decoder.step()
        if piece:
            deltas.append(Delta(_members(part, place, piece.text), piece.draws))
            self.draws += piece.draws
            self.reasoned += len(piece.draws) if part.thought else 0
        if decoder.finish:
            self._next(decoder)
        return deltas

    def message(self) -> Json:
        said = list(zip(self._parts, self._decoders, strict=False))
        thought: Json = {"reasoning_content": self._decoders[0].text} if self._thoughts else {}
        if self.calls:
            calls = [_call(part.call, decoder.text) for part, decoder in said if part.call]
            return {"role": "assistant", "content": None, **thought, **({"tool_calls": calls} if calls else {})}
        answers = [self._prefix + decoder.text for part, decoder in said if not part.thought]
        return {"role": "assistant", "content": "".join(answers), **thought}

    def _opened(self, part: Part, place: int) -> list[Delta]:
        """What stands before the first token of a part."""
        if part.call:
            return [Delta({"tool_calls": [{"index": place, **_call(part.call, "")}]})]
        return [Delta({"content": self._prefix})] if self._prefix and not part.thought else []

    def _next(self, decoder: Decoder) -> None:
        """Opens the next part, or finishes."""
        self._left -= decoder.generated
        thought = self._parts[len(self._decoders) - 1].thought
        if decoder.stop is not None or (not thought and (decoder.finish == "length" or not self.calls)):
            self.finish = decoder.finish
        elif len(self._decoders) == len(self._parts):
            self.finish = "tool_calls"
        elif self._left < 1:
            self.finish = "length"
        else:
            self._decoders.append(self._parts[len(self._decoders)].open(self._left))


def _members(part: Part, place: int, text: str) -> Json:
    """What a piece of a part adds to the message."""
    if part.call:
        return {"tool_calls": [{"index": place, "function": {"arguments": text}}]}
    return {"reasoning_content" if part.thought else "content": text}


def _call(call: Call, arguments: str) -> Json:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}
