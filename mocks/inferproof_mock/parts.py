"""What the choices of a reply are made of: a thought, one text, or calls of tools, each with what it must obey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from inferproof.front.backend import Refusal
from inferproof_mock.choice import Call, Part
from inferproof_mock.decoder import Decoder
from inferproof_mock.grammar import Unsupported
from inferproof_mock.guides import Guide, guide_of, guide_of_arguments
from inferproof_mock.hashing import digest, mix, number
from inferproof_mock.logits import ProseVoice
from inferproof_mock.prose import sentences, thoughts
from inferproof_mock.reasoning import LONGEST, free
from inferproof_mock.sampler import Sampler
from inferproof_mock.settings import Settings
from inferproof_mock.template import Prompt
from inferproof_mock.tools import functions_to_call

Json = dict[str, Any]


class Parts:
    """Makes the parts of each choice of one request. `key` is the prompt's, `seed` the model's own.

    `reasons` is how many sentences the model thinks before it says anything. Raises Refusal for what cannot be obeyed.
    """

    def __init__(self, body: Json, settings: Settings, prompt: Prompt, key: int, seed: int, reasons: int = 0) -> None:
        self._settings, self._prompt, self._key = settings, prompt, key
        self._reasons = reasons
        self._continues = bool(body.get("continue_final_message"))
        asked = body.get("seed")
        self._dice = ("seed", asked) if asked is not None else ("mock", seed, key)
        functions = functions_to_call(body, prompt)
        self._names = [function["name"] for _, function in functions]
        self._guides: Sequence[Guide | None] = [
            self._arguments(place, function, mix(key, turn)) for turn, (place, function) in enumerate(functions)
        ] or [guide_of(body, prompt.text, key)]

    def of(self, index: int) -> list[Part]:
        """The parts of the choice with that index: no two choices are alike, nor two parts of one."""
        turns = range(len(self._guides))
        parts = [Part(partial(self._decoder, index, turn), self._call(index, turn)) for turn in turns]
        return [Part(partial(self._thought, index), thought=True), *parts] if self._reasons else parts

    def _thought(self, index: int, cap: int) -> Decoder:
        settings = free(self._settings)
        sampler = Sampler(settings, self._prompt.tokens, number(*self._dice, index, "thought"))
        return Decoder(settings, ProseVoice(thoughts(self._reasons), self._key), sampler, min(cap, LONGEST))

    def _decoder(self, index: int, turn: int, cap: int) -> Decoder:
        sampler = Sampler(self._settings, self._prompt.tokens, number(*self._dice, index, turn))
        guide = self._guides[turn]
        if guide is not None:
            return Decoder(self._settings, guide.logits(self._key), sampler, cap, guide.followed())
        said = sentences(self._prompt, continues=self._continues)
        return Decoder(self._settings, ProseVoice(said, self._key), sampler, cap)

    def _call(self, index: int, turn: int) -> Call | None:
        if not self._names:
            return None
        return Call(f"call_{digest('call', *self._dice, self._key, index, turn)[:24]}", self._names[turn])

    def _arguments(self, place: int, function: Json, key: int) -> Guide:
        """The guide of the arguments of the function at that place in the request's `tools`."""
        loc = ("body", "tools", place, "function", "parameters")
        try:
            return replace(guide_of_arguments(function.get("parameters"), self._prompt.text, key), loc=loc)
        except Unsupported as error:
            message = f"the parameters of {function['name']!r} cannot be obeyed: {error}"
            raise Refusal(422, message, loc=loc) from None
