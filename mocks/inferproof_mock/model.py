"""The simulated model: a Backend with a real tokenizer and a real decoding loop, and with no network behind it."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from inferproof.document import Contract
from inferproof.front.backend import Chat, Embedding, Health
from inferproof.front.chat import OPENAI_PATH
from inferproof_mock.choice import Choice
from inferproof_mock.configs import CONTEXT, Models, too_long
from inferproof_mock.documented import of_chat, of_embeddings
from inferproof_mock.embeddings import embed, form_of
from inferproof_mock.hashing import digest
from inferproof_mock.keys import Keys
from inferproof_mock.logits import key_of
from inferproof_mock.members import CHAT, EMBEDDINGS, refuse_unsupported
from inferproof_mock.neutral import NEUTRAL
from inferproof_mock.pace import Pace
from inferproof_mock.parts import Parts
from inferproof_mock.reasoning import is_counted, sentences_asked
from inferproof_mock.replies import Envelope, chunk_choice, last_choice, prompt_logprobs, usage_of, whole_choice
from inferproof_mock.settings import Settings, settings_of
from inferproof_mock.template import Prompt, render, require_messages, text_of
from inferproof_mock.vocabulary import VOCABULARY

Json = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """A request that the model has accepted."""

    envelope: Envelope
    settings: Settings
    prompt: Prompt
    key: int
    choices: list[Choice]
    pace: Pace
    counts_reasoning: bool

    def usage(self, choices: list[Choice] | None = None) -> Json:
        counted = choices or self.choices
        reasoned = sum(choice.reasoned for choice in counted) if self.counts_reasoning else None
        return usage_of(len(self.prompt.tokens), sum(len(choice.draws) for choice in counted), reasoned)


class MockModel:
    """The models that the contract shows.

    The same request gives the same text again, and so does the same `seed` in a request.
    `seed` stands in where a request has none. `ttft` and `inter_token` are seconds: before the first token, and
    between two. `reasons` is the effort of a model that always reasons. `clock` gives Unix time. `keys` are those that
    may have less than others. Ids are counted, so the same calls in the same order get the same ids.
    """

    def __init__(
        self,
        contract: Contract,
        *,
        seed: int = 0,
        ttft: float = 0.0,
        inter_token: float = 0.0,
        reasons: str | None = None,
        clock: Callable[[], float] = time.time,
        keys: Keys | None = None,
    ) -> None:
        self._seed = seed
        self._ttft = ttft
        self._inter_token = inter_token
        self._always_reasons = reasons
        self._clock = clock
        self._keys = keys or Keys(contract)
        self._calls = itertools.count()
        self._models = Models(contract, self._keys.models)
        self._chats = {role: of_chat(contract, role) for role in ("chat", OPENAI_PATH)}
        self._counts_reasoning = {True: is_counted(contract, "event"), False: is_counted(contract, "reply")}
        self._embeddings = {member: of_embeddings(contract, member) for member in ("input", "messages")}

    async def complete(self, call: Chat) -> Json:
        """A whole reply. With `best_of`, the likeliest `n` of that many choices."""
        job = self._accept(call, streamed=False)
        while any(choice.finish is None for choice in job.choices):
            await job.pace.wait()
            for choice in job.choices:
                if choice.finish is None:
                    choice.step()
        choices = sorted(job.choices, key=lambda choice: -choice.likelihood)[: job.settings.choices]
        if job.settings.candidates == job.settings.choices:
            choices = job.choices
        for index, choice in enumerate(choices):
            choice.index = index
        reply = job.envelope.reply([whole_choice(choice, job.settings) for choice in choices], job.usage(choices))
        if job.settings.prompt_logprobs is not None:
            reply["prompt_logprobs"] = prompt_logprobs(job.prompt.tokens, job.settings.prompt_logprobs, job.key)
        return reply

    async def stream(self, call: Chat) -> AsyncIterator[Json]:
        """The role of each choice, then its deltas, its finish reason, and at last the usage where it was asked for."""
        job = self._accept(call, streamed=True)
        settings = job.settings

        def chunk(choice: Json) -> Json:
            return job.envelope.chunk([choice], job.usage() if settings.usage_always else None)

        await job.pace.wait()
        for choice in job.choices:
            yield chunk(chunk_choice(choice.index, choice.opening().members, (), settings))
        waiting = list(job.choices)
        while waiting:
            for choice in waiting:
                for delta in choice.step():
                    yield chunk(chunk_choice(choice.index, delta.members, delta.draws, settings))
                if choice.finish is not None:
                    yield chunk(last_choice(choice))
            waiting = [choice for choice in waiting if choice.finish is None]
            if waiting:
                await job.pace.wait()
        if settings.usage:
            yield job.envelope.chunk([], job.usage())

    async def embed(self, call: Embedding) -> Json:
        documented = self._embeddings[form_of(call.body)]
        documented.refuse_unknown(call.body, EMBEDDINGS)
        refuse_unsupported(call.body, EMBEDDINGS)
        await Pace(self._ttft, 0.0).wait()
        identity = digest("embedding", self._seed, next(self._calls))
        model = self._models.embedding_model(call.body.get("model"))
        self._keys.admit(call.key, model)
        return embed(documented.filled(call.body), model, identity, int(self._clock()))

    async def configs(self) -> Any:
        return self._models.configs()

    async def chat_models(self) -> list[str]:
        return self._models.chat

    async def embedding_models(self) -> list[str]:
        return self._models.embedding

    async def health(self) -> Health:
        return Health(ready=True, status="ok")

    def _accept(self, call: Chat, *, streamed: bool) -> Job:
        """Everything that can be refused is refused here, before the first chunk."""
        documented = self._chats.get(call.role, self._chats["chat"])
        documented.refuse_unknown(call.body, CHAT)
        refuse_unsupported(call.body, CHAT)
        body = {**NEUTRAL, **documented.filled(call.body)}
        require_messages(body.get("messages"))
        model = self._models.chat_model(body.get("model"))
        self._keys.admit(call.key, model)
        settings = settings_of(body, self._models.defaults, streamed=streamed)
        least = sum(len(text_of(message)) for message in body["messages"]) // VOCABULARY.longest
        if least > CONTEXT and body.get("truncate_prompt_tokens") is None:
            raise too_long(least, "messages", "at least ")  # without reading megabytes token by token
        prompt = render(
            body["messages"],
            body.get("tools"),
            add_generation_prompt=body["add_generation_prompt"],
            continue_final_message=body["continue_final_message"],
            add_special_tokens=body["add_special_tokens"],
            truncate=body.get("truncate_prompt_tokens"),
        )
        room = CONTEXT - len(prompt.tokens)
        if room < 1:
            raise too_long(len(prompt.tokens), "messages")
        key = key_of(prompt.tokens)
        reasons = sentences_asked(body, documented.members, self._always_reasons)
        parts = Parts(body, settings, prompt, key, self._seed, reasons)
        last = body["messages"][-1]
        prefix = text_of(last) if settings.echo and last["role"] == "assistant" else ""
        cap = min(settings.cap, room)
        choices = [Choice(index, parts.of(index), cap, prefix) for index in range(settings.candidates)]
        identity = body.get("request_id") or digest("id", self._seed, next(self._calls))
        envelope = Envelope(f"chatcmpl-{identity}", int(self._clock()), model)
        return Job(
            envelope,
            settings,
            prompt,
            key,
            choices,
            Pace(self._ttft, self._inter_token),
            self._counts_reasoning[streamed],
        )
