"""Servers that were let by, each with a defect that people met elsewhere: something must fail."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from inferproof_mock.server import DEFAULT_KEY
from tests.proof.broken_servers.keys import Opens
from tests.proof.broken_servers.logprobs import entries
from tests.proof.broken_servers.replies import chat, chat_stream, choices, deltas, messages, refuse, say
from tests.proof.findings.verdicts.expected import Caught
from tests.proof.findings.verdicts.finding import HOLE, Finding
from tests.proof.findings.verdicts.servers import Edit, asked, edited, path_of
from tests.proof.legal_servers.reply import Reply, Request, completions, every_reply

CHAT, OPENAI = path_of("chat"), path_of("chat.openai-path")
NATIVE = ("chat.legacy", "chat.legacy.stream")
LONG = 30_000
"""Characters of a body that are beyond the context of these servers."""


def hole(id: str, edit: Edit, *by: str, of: Callable[[Reply], bool] = every_reply, **members: Any) -> Finding:
    """A server whose replies are edited; its sentence is the edit's docstring."""
    sentence = " ".join((edit.__doc__ or "").split())
    return Finding(id, HOLE, sentence, edited(edit, of), Caught(by or ("*",)), **members)


def dropping(*names: str) -> Callable[[dict[str, Any]], None]:
    def edit(body: dict[str, Any]) -> None:
        for name in names:
            body.pop(name, None)

    return edit


def dropped(id: str, sentence: str, *names: str, roles: tuple[str, ...], streamed: bool | None = None) -> Finding:
    """A server that loses these members on the way to the model."""
    return Finding(id, HOLE, sentence, asked(dropping(*names), *roles, streamed=streamed), Caught())


def within(only: tuple[str, ...], *findings: Finding) -> tuple[Finding, ...]:
    """The findings, each judged by the requirements that these globs name."""
    return tuple(replace(each, only=each.only or only) for each in findings)


# Sister operations: what is asked of chat is asked of each operation that has the member.


def openai_stream(reply: Reply) -> bool:
    return reply.path == OPENAI and chat_stream(reply)


def words_are_said_twice(reply: Reply) -> None:
    """In streams of the path for OpenAI clients each delta has its text twice."""
    for message in messages(reply):
        if message.get("content"):
            message["content"] *= 2


def everything_stops(reply: Reply) -> None:
    """At the path for OpenAI clients `finish_reason` is always `stop`, also where the cap cut the text."""
    for choice in choices(reply):
        if choice.get("finish_reason") == "length":
            choice["finish_reason"] = "stop"


SISTERS = within(
    ("chat.request.*", "stream.*", "equivalence.*", "legacy.*", "tools.*", "structured-output.*"),
    hole("sister.words-are-said-twice", words_are_said_twice, of=openai_stream),
    hole("sister.everything-stops", everything_stops, of=lambda reply: reply.path == OPENAI and completions(reply)),
    dropped(
        "sister.openai-path-has-no-cap",
        "The path for OpenAI clients ignores `max_tokens`.",
        "max_tokens",
        roles=("chat.openai-path",),
    ),
    dropped(
        "sister.openai-path-has-no-cap-in-streams",
        "Streams of the path for OpenAI clients ignore `max_tokens`.",
        "max_tokens",
        roles=("chat.openai-path",),
        streamed=True,
    ),
    dropped(
        "sister.openai-path-drops-tools",
        "The path for OpenAI clients drops `tools`.",
        "tools",
        "tool_choice",
        roles=("chat.openai-path",),
    ),
    dropped("sister.native-has-no-cap", "The native operations ignore `max_tokens`.", "max_tokens", roles=NATIVE),
    dropped(
        "sister.native-stream-has-no-cap",
        "The native stream ignores `max_tokens`.",
        "max_tokens",
        roles=("chat.legacy.stream",),
    ),
    dropped("sister.native-drops-tools", "The native operations drop `tools`.", "tools", "tool_choice", roles=NATIVE),
    dropped(
        "sister.openai-path-drops-formats",
        "The path for OpenAI clients drops `response_format`.",
        "response_format",
        roles=("chat.openai-path",),
    ),
)

# Constraints that are dropped in streams only.

IN_STREAMS = (
    "stop",
    "response_format",
    "guided_json",
    "guided_regex",
    "logit_bias",
    "bad_words",
    "min_tokens",
    "ignore_eos",
    "allowed_token_ids",
    "stop_token_ids",
)


class TheBeginningOfAStopIsStreamed:
    """A stream sends the first letter of the stop string before it is known to be one."""

    def __call__(self, reply: Reply) -> None:
        stop = reply.asked.get("stop")
        first = stop if isinstance(stop, str) else stop[0]
        with_text = [choice for choice in choices(reply) if choice["delta"].get("content")]
        ended = any(choice.get("finish_reason") == "stop" for choice in choices(reply))
        if first and with_text and ended:
            with_text[-1]["delta"]["content"] += first[0]


STREAMS = within(
    ("sampling.*", "structured-output.*"),
    *(
        dropped(
            f"streamed.{name.replace('_', '-')}-is-dropped",
            f"`{name}` is obeyed in whole answers and dropped in streams.",
            name,
            roles=("chat", "chat.openai-path"),
            streamed=True,
        )
        for name in IN_STREAMS
    ),
    hole(
        "streamed.a-stop-begins",
        TheBeginningOfAStopIsStreamed,
        of=lambda reply: chat_stream(reply) and bool(reply.asked.get("stop")),
    ),
)

# Members that clients send together.


def no_logprobs(reply: Reply) -> None:
    """Streams with tools have no log probabilities, though they were asked for."""
    for choice in choices(reply):
        choice.pop("logprobs", None)


def one_choice(reply: Reply) -> None:
    """Of several streamed choices with tools only the first comes."""
    reply.chunks = [
        chunk for chunk in reply.chunks if not chunk.get("choices") or chunk["choices"][0].get("index", 0) == 0
    ]


TOGETHER = within(
    ("logprobs.*", "tools.*"),
    hole(
        "together.tools-stream-logprobs",
        no_logprobs,
        of=lambda reply: chat_stream(reply) and bool(reply.asked.get("tools")) and bool(reply.asked.get("logprobs")),
    ),
    hole(
        "together.format-stream-logprobs",
        no_logprobs,
        of=lambda reply: (
            chat_stream(reply) and bool(reply.asked.get("response_format")) and bool(reply.asked.get("logprobs"))
        ),
    ),
    hole(
        "together.tools-stream-n",
        one_choice,
        of=lambda reply: chat_stream(reply) and bool(reply.asked.get("tools")) and (reply.asked.get("n") or 1) > 1,
    ),
)

# Streams that are none.


def one_chunk_of_text(reply: Reply) -> None:
    """The answer is made first and streamed as the role, one chunk with the whole text, and the finish."""
    texts: dict[int, list[Any]] = {}
    for chunk in reply.chunks:
        for choice in chunk.get("choices") or ():
            if choice["delta"].get("content"):
                texts.setdefault(choice["index"], []).append(choice)
    for told in texts.values():
        told[0]["delta"]["content"] = "".join(choice["delta"]["content"] for choice in told)
        for choice in told[1:]:
            choice["drop"] = True
    reply.chunks = [
        chunk for chunk in reply.chunks if not any("drop" in choice for choice in chunk.get("choices") or ())
    ]


def held_back(reply: Reply) -> None:
    """Streams of fewer than 16 events are held back to their end."""
    if len(reply.chunks) < 16:
        reply.writes = [b"".join(reply.writes)]


FAKED = within(
    ("stream.*",),
    hole("faked.one-chunk-of-text", one_chunk_of_text, "stream.*", of=chat_stream),
    hole("faked.held-back", held_back, "stream.*", of=chat_stream),
)

# Keys that are nearly right, on every operation. The right key without a scheme may be taken (`requirements/auth.py`).


def _key(request: Request) -> str:
    return request.header(b"authorization").removeprefix("Bearer ")


class MoreBehindIt(Opens):
    """The key is compared as far as it goes: what follows it is not read."""

    def admits(self, request: Request) -> bool:
        return _key(request).startswith(DEFAULT_KEY)


class Shorter(Opens):
    """A key that the right one begins with opens."""

    def admits(self, request: Request) -> bool:
        return len(_key(request)) > 8 and DEFAULT_KEY.startswith(_key(request))


class OtherCase(Opens):
    """Keys are compared without regard to case."""

    def admits(self, request: Request) -> bool:
        return _key(request).lower() == DEFAULT_KEY.lower()


class AnotherScheme(Opens):
    """The key opens under another scheme."""

    def admits(self, request: Request) -> bool:
        return request.header(b"authorization").partition(" ")[2] == DEFAULT_KEY


class MoreBehindItAtEmbeddings(MoreBehindIt):
    """At embeddings alone, the key is compared as far as it goes."""

    def admits(self, request: Request) -> bool:
        return request.path == path_of("embeddings") and super().admits(request)


class MoreBehindItInTheOldApi(MoreBehindIt):
    """In the native stream alone, the key is compared as far as it goes."""

    def admits(self, request: Request) -> bool:
        return request.path == path_of("chat.legacy.stream") and super().admits(request)


DOOR = ("auth.*.refused", "auth.near.*", "auth.scheme.*")

KEYS = tuple(
    hole(f"key.{name}", edit, "auth.*", only=DOOR)
    for name, edit in (
        ("more-behind-it", MoreBehindIt),
        ("shorter", Shorter),
        ("other-case", OtherCase),
        ("another-scheme", AnotherScheme),
        ("more-behind-it-at-embeddings", MoreBehindItAtEmbeddings),
        ("more-behind-it-in-the-native-stream", MoreBehindItInTheOldApi),
    )
)

# What is falsy in the server's language.


def falsy(*names: str) -> Callable[[dict[str, Any]], None]:
    def edit(body: dict[str, Any]) -> None:
        for name in names or tuple(body):
            if not body.get(name, True):
                del body[name]

    return edit


FALSY = within(
    ("sampling.s*", "sampling.t*", "sampling.e*", "logprobs.*", "tools.parallel"),
    *(
        Finding(
            f"falsy.{name.replace('_', '-')}",
            HOLE,
            f"`{name}: {json.dumps(value)}` is dropped as if it were absent.",
            asked(falsy(name), "chat", "chat.openai-path"),
            Caught(),
        )
        for name, value in (
            ("temperature", 0),
            ("seed", 0),
            ("top_logprobs", 0),
            ("include_stop_str_in_output", False),
            ("parallel_tool_calls", False),
            ("add_generation_prompt", False),
        )
    ),
    Finding(
        "falsy.everything",
        HOLE,
        "Whatever is 0, false or empty is dropped as if it were absent, at every operation.",
        asked(falsy()),
        Caught(),
    ),
)

# Requests as beginners send them, and as HTTP allows them.


def no_cap_is_a_crash(reply: Reply) -> None:
    """A chat without `max_tokens` is answered 500."""
    if not {"max_tokens", "max_completion_tokens"} & set(reply.asked):
        say(reply, 500, {"error": {"message": "'NoneType' object cannot be interpreted as an integer"}})


def nothing_but_what_is_required_is_a_crash(reply: Reply) -> None:
    """Members that are optional are wanted: without a temperature the answer is 500."""
    if "temperature" not in reply.asked and set(reply.asked) <= {"model", "messages"}:
        say(reply, 500, {"error": {"message": "KeyError: 'temperature'"}})


class ChunkedBodiesAreEmpty:
    """The body of a request in chunked coding is not read: it counts as empty."""

    def ask(self, request: Request) -> Request:
        coded = request.header(b"transfer-encoding").lower() == "chunked"
        return replace(request, body=b"") if coded else request

    def __call__(self, reply: Reply) -> None:
        return None


def expectations_crash(reply: Reply) -> None:
    """A request that expects 100 is answered 500."""
    if reply.request.header(b"expect"):
        say(reply, 500, {"error": {"message": "unsupported"}})


class ReadsAs(Opens):
    """A body is read as JSON also where its type says that it is something else."""

    kinds: tuple[str, ...] = ()

    def ask(self, request: Request) -> Request:
        kind = request.header(b"content-type").partition(";")[0].strip().lower()
        if kind not in self.kinds:
            return request
        headers = tuple(pair for pair in request.headers if pair[0] != b"content-type")
        return replace(request, headers=(*headers, (b"content-type", b"application/json")))


class FormsAreRead(ReadsAs):
    """A body that calls itself a form is read as JSON, so that any web page can send one without a preflight."""

    kinds = ("application/x-www-form-urlencoded", "multipart/form-data")


class XmlIsRead(ReadsAs):
    """A body that calls itself XML is read as JSON."""

    kinds = ("application/xml", "text/xml")


REQUESTS = within(
    ("chat.*", "errors.*"),
    hole("beginner.no-cap-is-a-crash", no_cap_is_a_crash, of=lambda reply: chat(reply) or chat_stream(reply)),
    hole(
        "beginner.required-members-only",
        nothing_but_what_is_required_is_a_crash,
        of=lambda reply: chat(reply) or chat_stream(reply),
    ),
    hole("http.chunked-bodies-are-empty", ChunkedBodiesAreEmpty),
    hole("http.expectations-crash", expectations_crash),
    hole("http.forms-are-read", FormsAreRead, "errors.*"),
    hole("http.xml-is-read", XmlIsRead, "errors.*"),
)

# Conversations as agents have them.


def later_systems_are_dropped(body: dict[str, Any]) -> None:
    """A `system` message that is not the first never reaches the model."""
    found = body.get("messages")
    if isinstance(found, list):
        kept = [each for each in found[1:] if not (isinstance(each, dict) and each.get("role") == "system")]
        body["messages"] = [*found[:1], *kept]


def _message(reply: Reply, role: str) -> list[Any]:
    found = reply.asked.get("messages")
    return [each for each in found if isinstance(each, dict) and each.get("role") == role] if found else []


def parts_of(role: str) -> Edit:
    def edit(reply: Reply) -> None:
        if any(isinstance(each.get("content"), list) for each in _message(reply, role)):
            refuse(reply, 400, "content must be a string")

    edit.__doc__ = f"A message of the role `{role}` with a content of parts is answered 400."
    return edit


CONVERSATIONS = within(
    ("chat.messages.*", "tools.result.*"),
    Finding(
        "agents.later-systems-are-dropped",
        HOLE,
        later_systems_are_dropped.__doc__ or "",
        asked(later_systems_are_dropped, "chat", "chat.openai-path"),
        Caught(),
    ),
    *(
        hole(f"agents.parts-of-{role}", parts_of(role), of=chat)
        for role in ("assistant", "tool", "system", "developer")
    ),
)

# Beyond ASCII.


def _ascii(text: str) -> str:
    return text.encode("ascii", "ignore").decode()


def arguments_lose_letters(reply: Reply) -> None:
    """Streamed arguments of a call lose what is beyond ASCII."""
    for piece in deltas(reply):
        function = piece.get("function") or {}
        if isinstance(function.get("arguments"), str):
            function["arguments"] = _ascii(function["arguments"])


def whole_arguments_lose_letters(reply: Reply) -> None:
    """Arguments of a call lose what is beyond ASCII."""
    for choice in reply.json["choices"]:
        for call in choice["message"].get("tool_calls") or ():
            call["function"]["arguments"] = _ascii(call["function"]["arguments"])


def choices_lose_letters(reply: Reply) -> None:
    """What a guided choice chooses loses what is beyond ASCII."""
    for message in messages(reply):
        if message.get("content"):
            message["content"] = _ascii(message["content"])


def foreign_stops_are_dropped(body: dict[str, Any]) -> None:
    """A stop string beyond ASCII is ignored."""
    stop = body.get("stop")
    if isinstance(stop, str | list) and not json.dumps(stop, ensure_ascii=False).isascii():
        del body["stop"]


def bytes_are_code_points(reply: Reply) -> None:
    """The `bytes` of a token beyond ASCII are code points and not UTF-8."""
    for entry in entries(reply):
        if not entry["token"].isascii() and "�" not in entry["token"]:
            entry["bytes"] = [ord(letter) & 255 for letter in entry["token"]]


def names_are_refused(reply: Reply) -> None:
    """A message with a `name` beyond ASCII is answered 400."""
    found = reply.asked.get("messages") or ()
    if any(isinstance(each, dict) and not str(each.get("name") or "").isascii() for each in found):
        refuse(reply, 400, "invalid name")


LETTERS = within(
    ("chat.messages.*", "tools.call.*", "tools.stream.*", "structured-output.guided-*", "sampling.stop*", "logprobs.*"),
    hole(
        "letters.streamed-arguments",
        arguments_lose_letters,
        of=lambda reply: chat_stream(reply) and bool(deltas(reply)),
    ),
    hole("letters.whole-arguments", whole_arguments_lose_letters, of=chat),
    hole(
        "letters.guided-choices",
        choices_lose_letters,
        of=lambda reply: (chat(reply) or chat_stream(reply)) and bool(reply.asked.get("guided_choice")),
    ),
    Finding(
        "letters.stops",
        HOLE,
        foreign_stops_are_dropped.__doc__ or "",
        asked(foreign_stops_are_dropped, "chat", "chat.openai-path"),
        Caught(),
    ),
    hole("letters.logprobs", bytes_are_code_points, of=lambda reply: chat(reply) and bool(entries(reply))),
    hole("letters.names", names_are_refused, of=chat),
)

# What a server remembers, and what it counts.


class AfterADisconnect:
    """Once a client has left a stream, the next prompt counts one token."""

    def __init__(self) -> None:
        self._left = False

    def __call__(self, reply: Reply) -> None:
        if chat_stream(reply) and reply.asked.get("max_tokens") == 64 and len(reply.chunks) > 16:
            self._left = True  # a long stream of this length is the one that a client leaves
        elif self._left and chat(reply):
            self._left = False
            usage = reply.json["usage"]
            usage.update(prompt_tokens=1, total_tokens=1 + usage["completion_tokens"])


def the_prompt_is_too_long(reply: Reply) -> None:
    """A prompt beyond the context is answered 400, but where a stream is asked for with 200 and an error event."""
    error = {
        "error": {"message": "The prompt is too long.", "type": "invalid_request_error", "param": None, "code": None}
    }
    if reply.asked.get("stream") is True:
        reply.status, reply.reason, reply.framing = 200, "OK", "chunked"
        reply.header("content-type", "text/event-stream")
        reply.writes = [b"data: " + json.dumps(error).encode() + b"\n\n"]
    else:
        say(reply, 400, error)


def _with_usage(edit: Callable[[Reply, dict[str, Any]], None]) -> Callable[[Reply], None]:
    def of_each(reply: Reply) -> None:
        for value in reply.values:
            if isinstance(value.get("usage"), dict):
                edit(reply, value["usage"])

    of_each.__doc__ = edit.__doc__
    return of_each


def more_reasoned_than_made(reply: Reply, usage: dict[str, Any]) -> None:
    """`reasoning_tokens` are more than all tokens of the completion."""
    usage["completion_tokens_details"] = {"reasoning_tokens": usage["completion_tokens"] + 7}


def nothing_made(reply: Reply, usage: dict[str, Any]) -> None:
    """`completion_tokens` is 0 for a text, and the total adds up."""
    usage.update(completion_tokens=0, total_tokens=usage["prompt_tokens"])


def a_thousand_for_two(reply: Reply, usage: dict[str, Any]) -> None:
    """Two choices of at most four tokens count a thousand."""
    if (reply.asked.get("n") or 1) > 1:
        usage.update(completion_tokens=1000, total_tokens=usage["prompt_tokens"] + 1000)


def cut_calls_stop(reply: Reply) -> None:
    """A call that the cap cuts finishes with `stop`."""
    for choice in choices(reply):
        if choice.get("finish_reason") == "length":
            choice["finish_reason"] = "stop"


def alternatives_of_the_first(reply: Reply) -> None:
    """Every token has the alternatives of the first one."""
    for choice in choices(reply):
        found = (choice.get("logprobs") or {}).get("content") or ()
        for entry in found[1:]:
            entry["top_logprobs"] = copy.deepcopy(found[0]["top_logprobs"])


def marks_are_left(reply: Reply) -> None:
    """The mark with which the template ends a turn stands at the end of each text, whole or streamed."""
    ends: dict[int, Any] = {}
    for choice in choices(reply):
        message = choice["delta"] if "delta" in choice else choice["message"]
        if message.get("content"):
            ends[choice["index"]] = message
    for message in ends.values():
        message["content"] += "<|im_end|>"


def calls_are_text(reply: Reply) -> None:
    """A call stands in the text, between the template's tags, beside the real one."""
    for choice in reply.json["choices"]:
        for call in choice["message"].get("tool_calls") or ():
            choice["message"]["content"] = f"<tool_call>{json.dumps(call['function'])}</tool_call>"


def another_model(reply: Reply) -> None:
    """Every reply names a model that nobody asked for and no list has."""
    for value in reply.values:
        if "model" in value:
            value["model"] = "the-model-of-somebody-else"


ACCOUNTS = within(
    ("chat.usage.*", "chat.reply.*", "stream.*", "logprobs.*", "tools.*", "security.*"),
    hole("moment.after-a-disconnect", AfterADisconnect, of=lambda reply: chat(reply) or chat_stream(reply)),
    hole(
        "stream.error-after-200",
        the_prompt_is_too_long,
        "stream.*",
        "security.*",
        "errors.*",
        of=lambda reply: len(reply.request.body) > LONG and reply.path in (CHAT, OPENAI),
    ),
    hole("usage.more-reasoned-than-made", _with_usage(more_reasoned_than_made), of=completions),
    hole("usage.nothing-made", _with_usage(nothing_made), of=completions),
    hole("usage.a-thousand-for-two", _with_usage(a_thousand_for_two), of=completions),
    hole(
        "usage.cut-calls-stop",
        cut_calls_stop,
        of=lambda reply: completions(reply) and bool(reply.asked.get("tools")),
    ),
    hole(
        "logprobs.alternatives-of-the-first",
        alternatives_of_the_first,
        "logprobs.*",
        only=("logprobs.*",),
        of=lambda reply: chat(reply) and bool(reply.asked.get("top_logprobs")),
    ),
    hole(
        "text.marks-are-left",
        marks_are_left,
        of=lambda reply: (
            (chat(reply) or chat_stream(reply)) and not ({"logprobs", "response_format", "tools"} & set(reply.asked))
        ),
    ),
    hole("text.calls-are-text", calls_are_text, of=chat),
    hole("text.another-model", another_model, of=completions),
)

# Rules that said less than they seemed to.


def crash_on(role: str, status: int) -> Edit:
    def edit(reply: Reply) -> None:
        if _message(reply, role):
            say(reply, status, {"error": {"message": "the template failed", "type": "x", "param": None, "code": None}})

    edit.__doc__ = f"A conversation with the role `{role}` is answered {status}."
    return edit


class SeedsAreIgnored:
    """`seed` is ignored above temperature 0: the same request is answered otherwise each time."""

    def __init__(self) -> None:
        self._asked = 0

    def ask(self, request: Request) -> Request:
        body = request.asked
        if request.path not in (CHAT, OPENAI) or body.get("temperature") in (0, 0.0) or "seed" not in body:
            return request
        self._asked += 1
        return replace(request, body=json.dumps({**body, "seed": self._asked}).encode())

    def __call__(self, reply: Reply) -> None:
        return None


def another_place(reply: Reply) -> None:
    """The entries of `detail` name another member than the wrong one."""
    for entry in reply.json.get("detail") or ():
        if isinstance(entry, dict) and "loc" in entry:
            entry["loc"] = ["body", "messages" if "messages" not in entry["loc"] else "model"]


SAID = within(
    ("chat.messages.*", "tools.result.*", "sampling.seed", "errors.invalid.loc"),
    hole("roles.a-tool-crashes-it", crash_on("tool", 500), of=chat),
    hole("roles.a-tool-is-refused", crash_on("tool", 400), of=chat),
    hole("roles.an-assistant-crashes-it", crash_on("assistant", 500), of=chat),
    hole("roles.an-assistant-is-refused", crash_on("assistant", 400), of=chat),
    hole("roles.a-system-crashes-it", crash_on("system", 500), of=chat),
    hole("seeds.at-temperature-1", SeedsAreIgnored),
    hole(
        "errors.another-place",
        another_place,
        "errors.*",
        of=lambda reply: reply.status == 422 and reply.media_type == "application/json",
    ),
)

FINDINGS = (
    *SISTERS,
    *STREAMS,
    *TOGETHER,
    *FAKED,
    *KEYS,
    *FALSY,
    *REQUESTS,
    *CONVERSATIONS,
    *LETTERS,
    *ACCOUNTS,
    *SAID,
)
