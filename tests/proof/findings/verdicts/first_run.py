"""From the first look at a server to a gate that says what is true of it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from inferproof.document import Contract
from inferproof.front.serve import App
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.generated.planted import once, whole
from tests.proof.broken_servers.replies import refuse
from tests.proof.findings.verdicts.expected import Expected, Innocent, Says, Silent
from tests.proof.findings.verdicts.finding import FIRST_RUN, Finding
from tests.proof.findings.verdicts.judging import Seen
from tests.proof.findings.verdicts.servers import app, edited, path_of, with_habits
from tests.proof.legal_servers.reply import completions

TOML = "inferproof.toml"
OWN_NAME = "tiny-gguf"
CHATS = frozenset({path_of("chat"), path_of("chat.openai-path")})
ENGINES_OWN = (
    "documents",
    "kv_transfer_params",
    "guided_meta",
    "vllm_xargs",
    "mm_processor_kwargs",
    "logits_processors",
    "cache_salt",
)
"""Members of the first contract that one engine has, and OpenAI's API has not."""


async def _say(send: Any, status: int, value: Any) -> None:
    body = json.dumps(value).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def of_openai(wait: float = 0.0) -> Any:
    """A server with chat and a list of models at OpenAI's paths only. It knows its model by one name, and is slow."""

    def make(contract: Contract) -> App:
        good, chat = mock(contract, keys=(DEFAULT_KEY,)), contract.operation("chat").path
        models = f"{chat.partition('/chat/')[0]}/models"
        example = contract.request_examples("chat")[0]["model"]

        async def serve(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                return await good(scope, receive, send)
            await asyncio.sleep(wait)
            if scope["path"] == models:
                listed = [{"id": OWN_NAME, "object": "model", "created": 1_790_000_000, "owned_by": "me"}]
                return await _say(send, 200, {"object": "list", "data": listed})
            if scope["path"] not in (chat, "/status"):
                return await _say(send, 404, {"error": {"message": "Not found", "type": "not_found_error"}})
            body = await whole(receive)
            try:
                asked = json.loads(body)
            except (ValueError, RecursionError):
                asked = None
            if isinstance(asked, dict) and asked.get("model") not in (OWN_NAME, None):
                return await _say(send, 404, {"error": {"message": f"model {asked['model']!r} not found"}})
            if isinstance(asked, dict) and asked.get("model"):
                body = json.dumps({**asked, "model": example}).encode()
                lengths = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
                scope = {**scope, "headers": [*lengths, (b"content-length", str(len(body)).encode())]}
            return await good(scope, once(body, receive), send)

        return serve

    return make


def members_of_an_engine(reply: Any) -> None:
    """Members that one engine alone has are refused."""
    if {name for name, value in reply.asked.items() if value is not None} & set(ENGINES_OWN):
        refuse(reply, 400, "Unsupported parameter.")


class Quick(Expected):
    """It ends within so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._most = seconds

    def __str__(self) -> str:
        return f"ends within {self._most:g} s"

    def wrong(self, seen: Seen) -> str:
        return f"{seen.seconds:.0f} s" if seen.seconds > self._most else ""

    def told(self, seen: Seen) -> str:
        return f"ends after {seen.seconds:.0f} s"


def look(id: str, sentence: str, server: Any, expected: Expected, *arguments: str, **members: Any) -> Finding:
    return Finding(id, FIRST_RUN, sentence, server, expected, command="init", arguments=arguments, **members)


OPENAI_ONLY = "A server has chat and a list of models at OpenAI's paths only, and knows its model by one name."

INIT = (
    look(
        "init.takes-the-listed-model",
        OPENAI_ONLY,
        app(of_openai()),
        Says((rf'^chat = "{OWN_NAME}"',), "the file names the model that is listed", TOML),
    ),
    look(
        "init.keeps-the-core",
        OPENAI_ONLY,
        app(of_openai()),
        Silent((r'^# "core" =',), "nobody is asked to give up the core", TOML),
    ),
    look(
        "init.proposes-profiles",
        OPENAI_ONLY,
        app(of_openai()),
        Says(
            (r'^(# )?"?embeddings"? = ', r'^(# )?"?attributes"? = ', r'^(# )?"?legacy"? = '),
            "the profiles that are not there are proposed to be given up, each by one line",
            TOML,
        ),
    ),
    look(
        "init.keeps-the-contract",
        "A server of another contract than the first.",
        app(lambda contract: _of_another()),
        Says((r'^contract = "io-intelligence"',), "the file names the contract", TOML),
        "--contract",
        "io-intelligence",
    ),
    look(
        "init.is-quick",
        f"{OPENAI_ONLY} Each answer takes a second.",
        app(of_openai(1.0)),
        Quick(45),
        slow=True,
    ),
)


def _of_another() -> App:
    from tests.conftest import contract_of

    return mock(contract_of("io-intelligence"), keys=(DEFAULT_KEY,))


GATE = (
    Finding(
        "gate.members-of-an-engine",
        FIRST_RUN,
        members_of_an_engine.__doc__ or "",
        edited(members_of_an_engine, of=lambda reply: reply.path in CHATS and completions(reply)),
        Innocent(),
        declines=("engine",),
        generated=True,
        only=("chat.*", "sampling.*"),
    ),
    Finding(
        "gate.n-between-1-and-4",
        FIRST_RUN,
        "`n` above four is refused.",
        with_habits("n-is-at-most-4"),
        Innocent(),
        generated=True,
        only=("chat.n.*", "chat.best-of.*", "chat.request.*", "sampling.*"),
    ),
)

FINDINGS = (*INIT, *GATE)
