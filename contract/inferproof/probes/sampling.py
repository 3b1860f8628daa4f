"""Probes of sampling. What is compared is greedy, has a seed, and is learned from a first answer of the same server."""

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from inferproof.judge.select import CHAT
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip
from inferproof.probes.probe import (
    ROOM_TO_REASON,
    PlannedRequest,
    RequestBuilder,
    Steps,
    assistant,
    in_doubt,
    patiently,
    probe,
    user,
)
from inferproof.requirements.logprobs import tokens
from inferproof.requirements.sampling import TRIES

QUESTION = user("Describe the way from a harbour to the open sea.")
GREETING = user("Say hello.")
GREEDY: dict[str, Any] = {"temperature": 0, "seed": 7}
SEEDED: dict[str, Any] = {"temperature": 1, "seed": 7}
AS_IDS: dict[str, Any] = {"logprobs": True, "return_tokens_as_token_ids": True}


def _greedy(call: RequestBuilder, **members: Any) -> PlannedRequest:
    return call.chat(QUESTION, others=AS_IDS, **GREEDY, **members)


def middle(text: str) -> str:
    """A few printable characters from the middle of a text; raises Skip where it has none."""
    found = re.search(r"[!-~]{2,5}", text[len(text) // 3 :])
    if found is None:
        raise Skip("no printable characters in the middle of the answer")
    return found[0]


MOST_WORDS = 8
"""Words that are forbidden in one request: each costs an engine work for each token, and hosts cap them."""


def words(answer: Subject) -> list[str]:
    """The different tokens of an answer that are letters; raises Skip where there is none.

    Tokens rather than words: vLLM 0.32 does not ban a word that is one token only behind a space.
    """
    found = [token.strip() for token in tokens(answer) if re.fullmatch(r" ?[A-Za-z]+", token)]
    if not found:
        raise Skip("no letters in the answer")
    return list(dict.fromkeys(found))


def token_ids(answer: Subject) -> list[int]:
    """The token ids of an answer; raises Skip where there are none, or a token is given otherwise."""
    found = [re.fullmatch(r"token_id:([0-9]{1,9})", token, re.ASCII) for token in tokens(answer)]
    ids = [int(match[1]) for match in found if match]
    if not ids or len(ids) < len(found):
        raise Skip("the tokens of the answer are given otherwise than by their ids")
    return ids


def different(ids: list[int]) -> list[int]:
    """In the order of their first appearance."""
    return list(dict.fromkeys(ids))


@probe("sampling.accepted", claims="engine")
def accepted(call: RequestBuilder) -> Steps:
    """Members that steer sampling, with usual values; and those that concern the prompt."""
    yield call.chat(QUESTION, max_tokens=8, temperature=0.8, top_k=20, min_p=0.05, repetition_penalty=1.1)
    yield call.chat(
        QUESTION,
        max_tokens=8,
        stop_token_ids=[],
        skip_special_tokens=True,
        spaces_between_special_tokens=True,
        add_special_tokens=False,
        documents=[{"title": "Harbour", "text": "The harbour lies west of the town."}],
        cache_salt=call.token("salt", 43),
    )


@probe("sampling.defaults", claims="sampling", exclusive=True)
def defaults(call: RequestBuilder) -> Steps:
    """The same request twice, and with every default that the document states for a member of a chat request.

    The last is sent once more where it is in doubt. What means something beside others only, or asks for the same as
    others, is left out.
    """
    schema = call.contract.operation("chat").request_schema or ""
    plain = _greedy(call, max_tokens=12)
    first = yield plain
    yield plain
    body = json.loads(plain.request.body)
    stated = {name: value for name, value in call.contract.defaults(schema) if name not in body}
    facts = {name: call.contract.member_facts("chat", name) for name in stated}
    alone = {name: stated[name] for name, fact in facts.items() if not fact.needs and not fact.apart}
    explicit = call.to("chat", body | alone)
    answer = yield explicit
    if in_doubt(answer, first):
        yield explicit


@probe("sampling.n", claims="sampling.n")
def several(call: RequestBuilder) -> Steps:
    """Three choices; sampled, because engines refuse several greedy ones."""
    yield call.chat(QUESTION, max_tokens=6, n=3, temperature=1)


@probe("sampling.best-of", claims="engine.best-of")
def best_of(call: RequestBuilder) -> Steps:
    """The two best of one."""
    yield call.chat(QUESTION, max_tokens=4, n=2, best_of=1, temperature=1)


@probe("sampling.seed", claims="sampling.seed", exclusive=True)
def seed(call: RequestBuilder) -> Steps:
    """The same greedy request twice; then one that is sampled, three times."""
    yield _greedy(call)
    yield _greedy(call)
    for _ in range(TRIES):
        yield call.chat(QUESTION, **SEEDED)


@probe("sampling.seed-streamed", claims="streaming", exclusive=True)
def seed_streamed(call: RequestBuilder) -> Steps:
    """A sampled request whole and streamed, twice each."""
    for _ in range(2):
        yield call.chat(QUESTION, **SEEDED)
        yield call.chat(QUESTION, stream=True, **SEEDED)


@probe("sampling.stop", claims="sampling.stop", exclusive=True)
def stop(call: RequestBuilder) -> Steps:
    """The same request twice, then with a piece of its answer as `stop`, alone and amid others; that streamed too.

    A model that is still reasoning where others have answered is asked for less, and given more room. What ends
    elsewhere is sent once more.
    """
    ask = partial(_greedy, call)
    answer = yield ask()
    if not answer.text:
        ask = partial(call.chat, GREETING, max_tokens=ROOM_TO_REASON, **GREEDY)
        yield ask()
    answer = yield ask()
    end = middle(answer.text)
    for stopped in (ask(stop=end), *call.forms(ask(stop=[call.token("never"), end, call.token("nowhere")]))):
        found = yield stopped
        if _ends_otherwise(found, answer, end):
            yield stopped


def _ends_otherwise(stopped: Subject, free: Subject, end: str) -> bool:
    """Neither before the `stop` nor as without one, which may be by chance."""
    try:
        return stopped.said not in (free.said, free.said.partition(end)[0].rstrip())
    except Skip:
        return False


@probe("sampling.stop-included", claims="engine.stop", exclusive=True)
def stop_included(call: RequestBuilder) -> Steps:
    """The same request twice, then with a piece of its answer as a `stop` that stays, whole and streamed."""
    answer = yield _greedy(call)
    yield _greedy(call)
    yield from call.forms(_greedy(call, stop=middle(answer.text), include_stop_str_in_output=True))


@probe("sampling.length", claims="sampling.length")
def length(call: RequestBuilder) -> Steps:
    """A question for one word, with a least number of tokens, and without an end; whole and streamed."""
    question = user("Answer with the word yes and nothing else.")
    yield from call.forms(call.chat(question, max_tokens=24, min_tokens=16))
    yield from call.forms(call.chat(question, max_tokens=12, ignore_eos=True))


@probe("sampling.bad-words", claims="sampling.bad-words", exclusive=True)
def bad_words(call: RequestBuilder) -> Steps:
    """A request, and the same with the words of its answer forbidden, whole and streamed."""
    answer = yield _greedy(call, logprobs=True)
    yield from call.forms(_greedy(call, logprobs=True, bad_words=words(answer)[:MOST_WORDS]))


@probe("sampling.logit-bias", claims="sampling.tokens")
def logit_bias(call: RequestBuilder) -> Steps:
    """The tokens of an answer, then the first of them banned, and the second forced; in a stream, both."""
    answer = yield _greedy(call, max_tokens=8, **AS_IDS)
    banned, *others = different(token_ids(answer))
    if not others:
        raise Skip("the answer has one token only")
    yield _greedy(call, max_tokens=8, **AS_IDS, logit_bias={str(banned): -100})
    yield _greedy(call, max_tokens=8, **AS_IDS, logit_bias={str(others[0]): 100})
    both = {str(banned): -100, str(others[0]): 100}
    yield from call.streamed(_greedy(call, max_tokens=8, **AS_IDS, logit_bias=both))


@probe("sampling.allowed-token-ids", claims="sampling.tokens")
def allowed_token_ids(call: RequestBuilder) -> Steps:
    """The tokens of an answer, then nothing but two of them allowed, whole and streamed."""
    answer = yield _greedy(call, max_tokens=8, **AS_IDS)
    yield from call.forms(_greedy(call, max_tokens=8, **AS_IDS, allowed_token_ids=different(token_ids(answer))[1:3]))


@probe("sampling.stop-token-ids", claims="sampling.tokens", exclusive=True)
def stop_token_ids(call: RequestBuilder) -> Steps:
    """The tokens of an answer, twice, then with one from its middle to stop at, whole and streamed."""
    answer = yield _greedy(call, max_tokens=12, **AS_IDS)
    yield _greedy(call, max_tokens=12, **AS_IDS)
    said = token_ids(answer)
    yield from call.forms(_greedy(call, max_tokens=12, **AS_IDS, stop_token_ids=[said[len(said) // 2]]))


@probe("sampling.truncate", claims="engine")
def truncate(call: RequestBuilder) -> Steps:
    """A long question of which the last eight tokens are to be read."""
    yield call.chat(user("Tell me all about the sea. " * 8), max_tokens=4, truncate_prompt_tokens=8)


@probe("sampling.echo", claims="sampling.echo")
def echo(call: RequestBuilder) -> Steps:
    """An echo of the assistant's message, whole and streamed, and one where the user spoke last."""
    begun = assistant(f"Zuerst, {call.token('begun', 8)}: über die Mole 🌊 bis zum 灯台.")
    for ask in call.forms(call.chat(QUESTION, begun, max_tokens=8, echo=True, add_generation_prompt=False)):
        yield from patiently(ask)
    yield call.chat(user(f"My code is {call.token('code', 24)}. Describe the sea."), max_tokens=8, echo=True)


@probe("sampling.continue", claims="sampling.continue")
def continued(call: RequestBuilder) -> Steps:
    """A message of the assistant that is not at its end."""
    begun = assistant("First you pass the lighthouse, and then")
    yield call.chat(QUESTION, begun, max_tokens=8, continue_final_message=True, add_generation_prompt=False)


MEANINGLESS: dict[str, Any] = {
    "max_tokens": 0,
    "temperature": -1,
    "top_p": 1.5,
    "min_p": -0.5,
    "repetition_penalty": -1,
    "n": 0,
    "min_tokens": -1,
}


@probe("sampling.domain", claims="sampling", over=CHAT)
def domain(call: RequestBuilder, role: str) -> Steps:
    """Values that mean nothing, one at a time, of the members that the operation supports."""
    for name in MEANINGLESS:
        yield from meaningless(call, role, name)


def meaningless(call: RequestBuilder, role: str, name: str) -> Iterator[PlannedRequest]:
    """The request with a value of that member that means nothing; none where the operation does not support it."""
    for value in call.supported(role, **{name: MEANINGLESS[name]}).values():
        yield call.chat(QUESTION, role=role, **{"max_tokens": 4, name: value})


@probe("sampling.request-id", claims="engine")
def request_id(call: RequestBuilder) -> Steps:
    """A request id of the caller's own."""
    yield call.chat(QUESTION, max_tokens=4, request_id=call.token("request"))


@probe("sampling.cache-salt", claims="engine")
def cache_salt(call: RequestBuilder) -> Steps:
    """An empty salt."""
    yield call.chat(QUESTION, max_tokens=4, cache_salt="")


@probe("sampling.priority", claims="engine")
def priority(call: RequestBuilder) -> Steps:
    """The usual priority, and another."""
    yield call.chat(QUESTION, max_tokens=4, priority=0)
    yield call.chat(QUESTION, max_tokens=4, priority=1)


@probe("sampling.logits-processors", claims="engine")
def logits_processors(call: RequestBuilder) -> Steps:
    """A constructor that does nothing but fail, and whose failure shows that it was called."""
    named = {"qualname": "builtins.int", "args": [call.token("processor")]}
    yield call.chat(QUESTION, max_tokens=4, logits_processors=[named])


@probe("sampling.invalid-processors", claims="engine")
def invalid_processors(call: RequestBuilder) -> Steps:
    """Constructors without a name, with a member too many, and with members of other types."""
    wrong: tuple[dict[str, Any], ...] = (
        {"args": []},
        {"qualname": "none", "extra": 1},
        {"qualname": "none", "args": {}},
        {"qualname": "none", "kwargs": []},
    )
    for processor in wrong:
        yield call.chat(QUESTION, max_tokens=4, logits_processors=[processor])


@probe("sampling.prompt", claims="engine")
def prompt(call: RequestBuilder) -> Steps:
    """The same request without the generation prompt, and with special tokens."""
    yield call.chat(QUESTION, max_tokens=4)
    yield call.chat(QUESTION, max_tokens=4, add_generation_prompt=False)
    yield call.chat(QUESTION, max_tokens=4, add_special_tokens=True)


@probe("sampling.timeout", claims="engine")
def timeout(call: RequestBuilder) -> Steps:
    """Hardly any time to answer."""
    yield call.chat(QUESTION, max_tokens=24, timeout_sec=0.001)
