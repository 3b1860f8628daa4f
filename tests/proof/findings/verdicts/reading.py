"""What a person reads after a red run, and before one."""

from __future__ import annotations

import re
from typing import Any

from inferproof.document import Contract
from inferproof.front.app import Front
from inferproof_mock.model import MockModel
from inferproof_mock.server import DEFAULT_KEY
from tests.proof.broken_servers.replies import refuse, say
from tests.proof.findings.verdicts.expected import Both, Evidence, Rows, Says, Silent
from tests.proof.findings.verdicts.finding import READING, Finding
from tests.proof.findings.verdicts.judging import Seen
from tests.proof.findings.verdicts.servers import app, edited, path_of
from tests.proof.findings.verdicts.strangers import EMBEDDINGS, empty_roles, empty_roles_are_taken, one_embedding_model
from tests.proof.legal_servers.reply import Reply, completions
from tests.reports.careless import careless
from tests.reports.test_causes import ALL_BUT_CHAT

CAP = "n must be at most 1"
N = ("chat.request.accepted", "chat.n.accepts", "sampling.n")


def n_is_at_most_1(reply: Reply) -> None:
    """More than one choice is refused in the server's own words, and so is an empty content."""
    messages = reply.asked.get("messages")
    if (reply.asked.get("n") or 1) > 1:
        refuse(reply, 400, CAP)
    elif isinstance(messages, list) and any(isinstance(each, dict) and each.get("content") == "" for each in messages):
        refuse(reply, 400, "content must not be empty")


def missing_types_crash(reply: Reply) -> None:
    """A tool without a type is answered 500 in the server's own words, and a conversation without content 400."""
    tools = reply.asked.get("tools")
    if isinstance(tools, list) and any(isinstance(each, dict) and "type" not in each for each in tools):
        say(reply, 500, {"error": {"message": "Missing tool type", "type": "server_error", "code": 500}})
    elif any(isinstance(each, dict) and not each.get("content") for each in reply.asked.get("messages") or ()):
        refuse(reply, 400, "content is missing")


def no_model_crashes(reply: Reply) -> None:
    """A chat that names no model is answered 500; so the smallest request would crash it."""
    if "model" not in reply.asked:
        say(reply, 500, {"error": {"message": "KeyError: 'model'"}})
    elif (reply.asked.get("n") or 1) > 1:
        refuse(reply, 400, CAP)


def _of(reply: Reply) -> bool:
    return reply.path in (path_of("chat"), path_of("chat.openai-path"))


def answers(reply: Reply) -> bool:
    return _of(reply) and completions(reply)


def reading(id: str, edit: Any, expected: Any, *only: str, **members: Any) -> Finding:
    sentence = " ".join((edit.__doc__ or "").split())
    return Finding(id, READING, sentence, edited(edit, answers), expected, only=only, generated=True, **members)


def _shown(seen: Seen) -> str:
    return "" if re.search(r'"n": ?\d|n: \d', seen.stdout) else "no request with `n` is shown"


def _pasted(seen: Seen) -> str:
    """What is wrong with the curl lines of the report: each can be pasted, and none is cut."""
    lines = [cause["example"]["curl"] for cause in (seen.result or {}).get("causes", ())]
    if not lines:
        return "there are none"
    return "one is cut" if any("…" in line or "..." in line.split("-d", 1)[-1][-3:] for line in lines) else ""


def _in_time(seen: Seen) -> str:
    """The time that was told is within a factor of three of what the requests took."""
    told = re.search(r"about (?:(\d+) min(?:ute)?s?)? ?(?:(\d+) s)?", seen.stderr)
    took = float((seen.result or {}).get("seconds", 0))
    if told is None:
        return "no time is told"
    seconds = 60 * int(told[1] or 0) + int(told[2] or 0)
    return "" if took / 3 <= max(seconds, 1) <= took * 3 else f"told {seconds} s, took {took:.0f} s"


def _counted(seen: Seen) -> str:
    """The requests of the run, those that make a failing one smaller among them, are announced or counted."""
    silent = re.search(r"smaller|reduc|shrink", seen.stderr)
    return "" if silent else "nothing says that requests are sent to make them smaller"


def slow(contract: Contract) -> Front:
    """A token takes 30 ms."""
    return Front(contract, MockModel(contract, inter_token=0.03), keys=(DEFAULT_KEY,))


FINDINGS = (
    reading("a-reduction-keeps-its-cause", n_is_at_most_1, Evidence("a request with `n` is shown", _shown), *N),
    reading("the-servers-own-words", n_is_at_most_1, Says((re.escape(CAP),), "the server's own words are shown"), *N),
    reading("the-value-that-was-sent", n_is_at_most_1, Says((r"\bn: \d+",), "the value that was sent is named"), *N),
    Finding(
        "a-reduction-is-told",
        READING,
        "Whatever has a message with an empty role is answered, and the requests that show it are made smaller.",
        edited(empty_roles_are_taken, of=empty_roles),
        Evidence("what makes a request smaller is announced", _counted),
        only=("chat.messages.role.required", "gate.chat.messages.*"),
        generated=True,
    ),
    reading("curl-lines-are-whole", n_is_at_most_1, Evidence("the report has whole curl lines", _pasted), *N),
    reading(
        "a-crash-stays-a-crash",
        missing_types_crash,
        Says(("Missing tool type",), "the crash is shown in the server's own words"),
        "chat.tools.*",
        "errors.no-crash",
        "gate.chat.tools.*",
    ),
    reading(
        "a-model-is-not-dropped",
        no_model_crashes,
        Both(
            (
                Says((re.escape(CAP),), "the refusal is shown as it was"),
                Silent((r"KeyError",), "no crash of our making"),
            )
        ),
        *N,
    ),
    Finding(
        "one-cause-is-told-once",
        READING,
        "A careless server of one's own has some forty failures of about ten causes.",
        app(careless),
        Both((Rows(72), Says((r"type must be array",), "they are told by cause"))),
        declines=ALL_BUT_CHAT,
        generated=True,
    ),
    Finding(
        "how-long-it-takes",
        READING,
        "A token takes 30 ms.",
        app(slow),
        Evidence("the time that was told is about right", _in_time),
        only=("chat.reply.*", "sampling.*"),
        slow=True,
    ),
    Finding(
        "a-convention-has-a-name",
        READING,
        "A server numbers its choices from one, against a convention.",
        edited(
            lambda reply: [choice.update(index=choice["index"] + 1) for choice in reply.json["choices"]],
            lambda reply: answers(reply) and not reply.streamed,
        ),
        Silent((r"says: convention\b",), "the convention has a name"),
        only=("chat.reply.*", "sampling.n"),
    ),
    Finding(
        "declined-profiles-do-not-fail",
        READING,
        "A server without attributes says so in its target file.",
        edited(lambda reply: None),
        Silent((r"attributes 0/\d",), "a profile that is not claimed does not look like a failure"),
        declines=("attributes",),
        only=("status.*", "attributes.reply.*"),
    ),
    Finding(
        "the-embedding-model-is-not-there",
        READING,
        "The documented embedding model is not there: each request for it is answered 400.",
        edited(one_embedding_model, lambda reply: reply.path == EMBEDDINGS),
        Both(
            (
                Says((r"embedding model",), "one sentence says that the embedding model is not there"),
                Silent((r"`priority`",), "no member is blamed"),
            )
        ),
        generated=True,
        only=("embeddings.*",),
    ),
)
