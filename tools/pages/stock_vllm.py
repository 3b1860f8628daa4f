"""Certify stock vLLM, its own server without the front, under each contract, and write what fails and what mends it.

tox -e vllm-report
"""

from __future__ import annotations

import asyncio
import inspect
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from inferproof.certify.certify import Certification, certify
from inferproof.certify.target import Limits, Target
from inferproof.document import load
from inferproof.front import attributes, auth, chat, discovery, errors, legacy
from inferproof.front.app import Route
from inferproof.judge.judge import Judgement, Outcome
from inferproof_reference import constraints, fields, refusals, replies
from inferproof_reference.backend import VllmBackend
from inferproof_reference.tiny_model import write_tiny_model
from tests.reference.vllm import start
from tools.pages.shown import failure, replaced, verdict

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"inflection": "stock-vllm.md", "io-intelligence": "stock-vllm-io-intelligence.md"}
"""The page of each contract."""
KEY = "sk-stock-000000000000"
PATIENCE_S = 120.0
REASONING = "chat.reply.content"
"""What is judged where a reasoning parser is on: its text stands in a member that clients do not read."""

FOLDERS = {"inferproof": "contract", "inferproof_mock": "mocks", "inferproof_reference": "reference_impl"}

Line = Callable[..., Any] | str
"""What mends a failure: a function of the reference or of its front, or a row of the field map by its name."""


class Cause(NamedTuple):
    """Requirements that fail for one cause. `mended` maps patterns of their ids to the lines that mend them."""

    title: str
    what: str
    mended: dict[str, tuple[Line, ...]]


MISSING_OPERATIONS = {
    "inflection": Cause(
        "Operations are missing: `/status`, `/external/…` and the rest",
        "vLLM serves OpenAI's paths. The vendor's own are 404: `/status`, everything below `/external`, the attributes "
        "and discovery. Embeddings come from another vLLM, because one process serves one task.",
        {
            "status.*": (discovery.status, VllmBackend.health),
            "discovery.*": (discovery.configs, VllmBackend.configs),
            "attributes.*": (attributes.attributes,),
            "legacy.stream.*": (legacy.legacy_stream,),
            "legacy.*": (legacy.legacy,),
            "chat.openai-path.*": (chat.chat_core,),
            "embeddings.*": (VllmBackend.embed,),
        },
    ),
    "io-intelligence": Cause(
        "Operations are missing: lists and embeddings",
        "vLLM lists its models as OpenAI does, and has no list of those that embed. Embeddings come from another vLLM, "
        "because one process serves one task.",
        {
            "models.*": (discovery.models, VllmBackend.configs),
            "embeddings.*": (VllmBackend.embed,),
        },
    ),
}
"""What vLLM does not serve of each contract."""

SHARED_CAUSES = (
    Cause(
        "400 for 422",
        "The document answers what breaks a schema with 422 and `detail[]`, which points at the member. vLLM answers "
        "400 with OpenAI's error.",
        {
            "errors.invalid.status": (Route.check_body, refusals.refusal_of),
            "stream.invalid": (Route.check_body, refusals.refusal_of),
        },
    ),
    Cause(
        "Guided decoding is ignored",
        "vLLM dropped `guided_*` in 0.12 for `structured_outputs`, and ignores members that it does not know. The "
        "answer is 200, with free text.",
        {
            "structured-output.guided-json*": ("guided_json", constraints.structured_outputs),
            "structured-output.guided-regex*": ("guided_regex", constraints.structured_outputs),
            "structured-output.guided-choice*": ("guided_choice", constraints.structured_outputs),
            "structured-output.guided-grammar*": ("guided_grammar", constraints.structured_outputs),
            "structured-output.structural-tag*": ("structural_tag", constraints.structured_outputs),
            "structured-output.whitespace": ("guided_whitespace_pattern", constraints.structured_outputs),
            "structured-output.invalid.*": (Route.check_body, constraints.structured_outputs),
            "structured-output.*": (constraints.structured_outputs,),
        },
    ),
    Cause(
        "`reasoning` for `reasoning_content`",
        "Where a reasoning parser is on, vLLM puts what the model thinks into `reasoning` since 0.14. Clients of this "
        "API read `reasoning_content`, and find nothing.",
        {REASONING: (replies._message,)},
    ),
    Cause(
        "Keys",
        "vLLM knows a key, and asks for it below `/v1` only; the front asks wherever the document does, and says how.",
        {"auth.*": (auth.Door.key,)},
    ),
    Cause(
        "Other members, other defaults, other errors",
        "What is left: members that vLLM reads more loosely or more strictly than the document does, defaults of its "
        "own, and its error body.",
        {
            "errors.body.*": (errors.Errors.reply,),
            "errors.*": (Route.check_body, errors.Errors.reply),
            "chat.reply.*": (replies._message, replies.whole),
            "chat.request.seed.*": (Route.check_body,),
            "chat.messages.*": (Route.check_body, "messages"),
            "chat.*": (Route.check_body, fields.chat_to_engine),
            "stream.usage.*": ("stream_options",),
            "stream.*": (replies.chunk,),
            "sampling.logits-processors.*": (Route.check_body, "logits_processors"),
            "sampling.*": (fields.chat_to_engine,),
            "logprobs.*": (fields.chat_to_engine, replies.whole),
            "tools.*": ("tools", "tool_choice"),
            "security.*": (errors.Errors.reply,),
            "*": (Route.check_body, fields.chat_to_engine, replies.whole),
        },
    ),
)


def causes(pack: str) -> tuple[Cause, ...]:
    return (MISSING_OPERATIONS[pack], *SHARED_CAUSES)


def cause_of(judgement: Judgement, pack: str) -> tuple[Cause, tuple[Line, ...]]:
    """The first cause that has its id, with the lines that mend it."""
    found = (
        (cause, lines)
        for cause in causes(pack)
        for pattern, lines in cause.mended.items()
        if fnmatchcase(judgement.requirement.id, pattern)
    )
    return next(found)


def shown(line: Line) -> str:
    """The line as a link: the row of `fields.py`, or the function in its file."""
    module = fields if isinstance(line, str) else sys.modules[line.__module__]
    package, *modules = module.__name__.split(".")
    path = "/".join([FOLDERS[package], package, *modules]) + ".py"
    if isinstance(line, str):
        name, number = f"row `{line}`", _row(line)
    else:
        name, number = f"`{line.__qualname__}`", inspect.getsourcelines(line)[1]
    return f"[`{path}`, {name}](../{path}#L{number})"


def _row(member: str) -> int:
    """The line of the field map's row. Raises ValueError where it has none."""
    lines = inspect.getsource(fields).splitlines()
    return 1 + [line.strip().partition(":")[0] for line in lines].index(f'"{member}"')


def section(*found: Certification) -> str:
    """The page's part: the first certification's verdict, then the failures of all, cause by cause."""
    failed = [judgement for one in found for judgement in one.result.having(Outcome.FAIL)]
    pack, lines = found[0].result.contract, [verdict(found[0].result), ""]
    for cause in causes(pack):
        members = [judgement for judgement in failed if cause_of(judgement, pack)[0] is cause]
        if members:
            lines += [f"## {cause.title}", "", cause.what, "", *_failures(members, pack)]
    return "\n".join(lines)


def _failures(members: Sequence[Judgement], pack: str) -> Iterator[str]:
    for judgement in members:
        _, mending = cause_of(judgement, pack)
        yield from failure(judgement, "mended by: " + "; ".join(shown(line) for line in mending))


def certified(url: str, pack: str, *only: str) -> Certification:
    """What `inferproof certify --quick` says of the vLLM at that URL."""
    target = Target(url, key=KEY, chat_model="tiny", embedding_model="tiny", limits=Limits(patience=PATIENCE_S))
    return certify(load(pack), target, only=only)


def root_path(pack: str) -> tuple[str, ...]:
    """vLLM's argument for what the contract has before OpenAI's path."""
    before = load(pack).operation("chat").path.removesuffix("/v1/chat/completions")
    return ("--root-path", before) if before else ()


async def stock(folder: Path, pack: str) -> Certification:
    """Stock vLLM on the tiny model, with all that its own server offers: a key, tools, prompt caching told."""
    write_tiny_model(folder)
    async with await start(folder, arguments=("--api-key", KEY, *root_path(pack))) as engine:
        return await asyncio.to_thread(certified, engine.url, pack)


async def reasoning(folder: Path, pack: str) -> Certification:
    """The same with a reasoning parser, on the tiny model that cannot stop thinking."""
    write_tiny_model(folder)
    tokens = folder / "tokenizer.json"
    # The parser wants the tokens <think> and </think>; before the latter, which never comes, all is reasoning.
    tokens.write_text(tokens.read_text(encoding="utf-8").replace("tool_call>", "think>"), encoding="utf-8")
    arguments = ("--api-key", KEY, "--reasoning-parser", "deepseek_r1", *root_path(pack))
    async with await start(folder, arguments=arguments) as engine:
        return await asyncio.to_thread(certified, engine.url, pack, REASONING)


async def _both(folder: Path, pack: str) -> tuple[Certification, Certification]:
    return await stock(folder / "stock", pack), await reasoning(folder / "reasoning", pack)


def write_page(pack: str) -> Certification:
    """Certify both, write the page, and return what was found of the first."""
    with tempfile.TemporaryDirectory(prefix="inferproof-") as folder:
        found = asyncio.run(_both(Path(folder), pack))
    path = DOCS / PAGES[pack]
    path.write_text(replaced(path.read_text(encoding="utf-8"), "report", section(*found)), encoding="utf-8")
    return found[0]


def main() -> None:
    for pack, page in PAGES.items():
        print(f"docs/{page}: {write_page(pack).result.verdict.value}")


if __name__ == "__main__":
    main()
