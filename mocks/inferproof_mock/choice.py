"""One choice of a reply: a text, or tool calls one after the other."""

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
    """A text to decode, or the arguments of a call. `open` makes its decoder, given the most tokens it may have."""

    open: Callable[[int], Decoder]
    call: Call | None = None


class Choice:
    """Steps through its parts. `finish` is None until the last one ends, then the finish reason.

    `prefix` is text that the message begins with although nobody decoded it. `cap` is the most tokens of all parts.
    """

    def __init__(self, index: int, parts: list[Part], cap: int, prefix: str = "") -> None:
        self.index = index
        self.finish: str | None = None
        self.draws: list[Draw] = []
        self._parts = parts
        self.prefix = "" if self.calls else prefix
        self._left = cap
        self._decoders = [parts[0].open(cap)]

    @property
    def calls(self) -> bool:
        """Whether it calls tools."""
        return self._parts[0].call is not None

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
        place = len(self._decoders) - 1
        decoder, call = self._decoders[place], self._parts[place].call
        deltas = []
        if call and not decoder.generated:
            opened = {
                "index": place,
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": ""},
            }
            deltas.append(Delta({"tool_calls": [opened]}))
        piece = decoder.step()
        if piece:
            members: Json = {"content": piece.text}
            if call:
                members = {"tool_calls": [{"index": place, "function": {"arguments": piece.text}}]}
            deltas.append(Delta(members, piece.draws))
            self.draws += piece.draws
        if decoder.finish:
            self._next(decoder)
        return deltas

    def message(self) -> Json:
        if not self.calls:
            return {"role": "assistant", "content": self.prefix + self._decoders[0].text}
        calls = [
            {"id": part.call.id, "type": "function", "function": {"name": part.call.name, "arguments": decoder.text}}
            for part, decoder in zip(self._parts, self._decoders, strict=False)
            if part.call
        ]
        return {"role": "assistant", "content": None, "tool_calls": calls}

    def _next(self, decoder: Decoder) -> None:
        """Opens the next part, or finishes."""
        self._left -= decoder.generated
        if decoder.finish == "length" or decoder.stop is not None or not self.calls:
            self.finish = decoder.finish
        elif len(self._decoders) == len(self._parts):
            self.finish = "tool_calls"
        elif self._left < 1:
            self.finish = "length"
        else:
            self._decoders.append(self._parts[len(self._decoders)].open(self._left))
