"""No expression of a stranger keeps a server or the judge busy: it is obeyed or refused, and others are served."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.reference.scripted_engine import ScriptedEngine

ROOT = Path(__file__).parents[3]
KEY = "sk-expressions"
ANSWERED_WITHIN_S = 20.0
ENDS_WITHIN_S = 20.0

BACKTRACKS = "(?:|){40}x"
ENDLESS = "(?:|){40}(?!)"
BRACKETS = "(" * 3000 + ")" * 3000
HUGE = "[a]{500000000}"
NESTED = "(((a{100}){100}){100}){100}"
EXPRESSIONS = {
    "backtracks": BACKTRACKS,
    "endless": ENDLESS,
    "classic": "^(a+)+$",
    "brackets": BRACKETS,
    "huge": HUGE,
    "nested": NESTED,
    "empty": "(?:(?:(?:){1000}){1000}){1000}",
    "derivatives": "a?" * 2000 + "a" * 2000,
    "states": "(a|b)*a(a|b){2000}",
}


def text(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern}


def members(pattern: str) -> dict[str, dict[str, Any]]:
    """Each way in which a request brings an expression along."""
    holds = {"type": "object", "properties": {"a": text(pattern)}, "required": ["a"]}
    names = {"type": "object", "patternProperties": {pattern: {"type": "null"}}, "minProperties": 1}
    tag = {"structures": [{"begin": "<a>", "schema": text(pattern), "end": "</a>"}], "triggers": ["<a>"]}
    slashed = pattern.replace("/", r"\/")
    return {
        "guided_whitespace_pattern": {"guided_json": {"type": "object"}, "guided_whitespace_pattern": pattern},
        "guided_regex": {"guided_regex": pattern},
        "guided_json": {"guided_json": holds},
        "guided_json as text": {"guided_json": json.dumps(holds)},
        "guided_json, names": {"guided_json": {**names, "additionalProperties": False}},
        "guided_json, odd": {"guided_json": {**text(pattern), "not": {"const": "q"}}},
        "guided_json, format": {"guided_json": {"format": "regex", "const": pattern}},
        "guided_grammar": {"guided_grammar": f"start: /{slashed}/"},
        "structural_tag": {"structural_tag": json.dumps(tag)},
        "response_format": {
            "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": holds}},
        },
        "tools": {
            "tools": [{"type": "function", "function": {"name": "f", "parameters": holds}}],
            "tool_choice": "required",
        },
    }


ATTACKS = {
    f"{way}: {name}": body for name, pattern in EXPRESSIONS.items() for way, body in members(pattern).items()
} | {
    "guided_grammar: repeats": {"guided_grammar": 'start: A\nA: B{10000}\nB: C{10000}\nC: "a"'},
    "guided_json: many": {"guided_json": {"anyOf": [text(f"^a{{900}}b{i}$") for i in range(400)]}},
    "guided_json: deep text": {"guided_json": "[" * 100_000},
    "structural_tag: deep text": {"structural_tag": "[" * 100_000},
}


@contextmanager
def engine() -> Iterator[str]:
    """A scripted engine for `serve`, in a thread of its own."""
    ready, urls = threading.Event(), []
    loop = asyncio.new_event_loop()
    done = asyncio.Event()

    async def run() -> None:
        async with ScriptedEngine().running() as url:
            urls.append(url)
            ready.set()
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    try:
        assert ready.wait(ANSWERED_WITHIN_S)
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(ANSWERED_WITHIN_S)
        loop.close()


@contextmanager
def started(kind: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`inferproof mock` or `serve` as a process that is killed at the end, and its URL."""
    with engine() as upstream:
        more = ["--upstream", upstream, "--compact-json"] if kind == "serve" else []
        command = [sys.executable, "-m", "inferproof", kind, "--port", "0", "--api-key", KEY, *more]
        env = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env
        ) as process:
            assert process.stdout is not None
            try:
                line = next(line for line in process.stdout if "http://" in line and upstream not in line)
                yield process, next(word.rstrip(".,;") for word in line.split() if word.startswith("http://"))
            finally:
                process.kill()


def ask(url: str, path: str, body: Any = None) -> tuple[int, Any]:
    """The status and the JSON of the answer; fails where there is none in time."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}
    request = urllib.request.Request(url + path, None if body is None else json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=ANSWERED_WITHIN_S) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def chat(**members: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": "Hello a!"}], "max_tokens": 48, **members}


@pytest.fixture(scope="module", params=["mock", "serve"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with started(request.param) as (_, address):
        yield address


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_expression_is_obeyed_or_refused_at_its_member(url: str, attack: dict[str, Any]) -> None:
    status, said = ask(url, "/v1/chat/completions", chat(**attack))
    assert status in (200, 400, 422), said
    if status == 422:
        [detail] = said["detail"]
        assert detail["loc"][0] == "body"
        assert detail["loc"][1] in attack
        assert len(detail["msg"]) < 400
    assert ask(url, "/status")[0] == 200


@pytest.mark.parametrize("pattern", [BRACKETS, HUGE, NESTED, "(?=a) ?", "( )\\1", "("])
def test_a_whitespace_pattern_that_cannot_be_run_is_refused_by_name(url: str, pattern: str) -> None:
    asked = chat(guided_json={"type": "object"}, guided_whitespace_pattern=pattern)
    status, said = ask(url, "/v1/chat/completions", asked)
    assert (status, said["detail"][0]["loc"]) == (422, ["body", "guided_whitespace_pattern"])


@pytest.mark.parametrize("way", members(""))
def test_an_expression_that_is_too_large_is_refused_by_name_before_a_stream_begins(url: str, way: str) -> None:
    if way == "guided_json, format":
        pytest.skip("the expression is a value there, and nobody runs it")
    status, said = ask(url, "/v1/chat/completions", chat(stream=True, **members(HUGE)[way]))
    assert status == 422, said
    assert said["detail"][0]["loc"][1] == way.partition(",")[0].removesuffix(" as text")
    assert "500000000" in said["detail"][0]["msg"]


@pytest.mark.parametrize("kind", ["mock", "serve"])
def test_a_server_ends_when_it_is_told_to_while_expressions_are_at_work(kind: str) -> None:
    with started(kind) as (process, url):
        attacks = [members(pattern)["guided_whitespace_pattern"] for pattern in (BACKTRACKS, ENDLESS, HUGE)]
        for attack in attacks:
            threading.Thread(target=lambda attack=attack: _ignoring(url, attack), daemon=True).start()
        assert ask(url, "/status")[0] == 200
        process.terminate()
        process.wait(ENDS_WITHIN_S)


def _ignoring(url: str, attack: dict[str, Any]) -> None:
    try:
        ask(url, "/v1/chat/completions", chat(**attack))
    except (OSError, ValueError):
        return


LONG = "a" * 60 + "b"
JUDGE = """
import json, sys
from inferproof.document import load
from tests.requirements.test_constraints import outcome
contract = load("inflection")
print(json.dumps([outcome(contract, *each).name for each in json.load(sys.stdin)]))
"""


def judged(*cases: tuple[str, dict[str, Any], str]) -> list[str]:
    """The outcomes, by a process that has so long for it."""
    done = subprocess.run(
        [sys.executable, "-c", JUDGE],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        check=True,
    )
    outcomes: list[str] = json.loads(done.stdout)
    return outcomes


def guided(schema: Any, content: Any) -> tuple[str, dict[str, Any], str]:
    return "structured-output.guided-json", {"guided_json": schema}, json.dumps(content)


def test_the_judge_runs_an_expression_of_a_transcript_in_linear_time() -> None:
    tag = {"type": "structural_tag", "structures": [{"begin": "<a>", "schema": text("^(a+)+$"), "end": "</a>"}]}
    formatted = {"type": "json_schema", "json_schema": {"name": "a", "schema": text("^(a+)+$")}}
    assert (
        judged(
            guided(text("^(a+)+$"), LONG),
            guided(text(BACKTRACKS), " "),
            guided({"patternProperties": {"^(a+)+$": True}, "additionalProperties": False}, {LONG: 1}),
            guided({"propertyNames": text("^(a+)+$")}, {LONG: 1}),
            guided({"items": text("^(a+)+$")}, [LONG] * 1000),
            ("structured-output.json-schema", {"response_format": formatted}, json.dumps(LONG)),
            (
                "structured-output.structural-tag",
                {"structural_tag": json.dumps({**tag, "triggers": ["<a>"]})},
                f'<a>"{LONG}"</a>',
            ),
            guided({"pattern": "^[a-z]{3}$"}, "ab1"),
        )
        == ["FAIL"] * 8
    )


NOT_JUDGED = [
    guided(text(HUGE), "a"),
    guided(text(NESTED), "a"),
    guided(text(BRACKETS), "a"),
    guided(text("^(a|b)*a(a|b){2000}c"), "ab" * 500_000),
    guided(text("(?=b)a"), "a"),
    guided(text(r"^\w+$"), "é"),
    guided({"not": text(r"^\W$")}, "é"),
    guided(text("^[a-z]+$"), "abc\n"),
    guided({"patternProperties": {"^(a+)+$": True}, "unevaluatedProperties": False}, {LONG: 1}),
    ("structured-output.guided-regex", {"guided_regex": HUGE}, "a"),
    ("structured-output.guided-regex", {"guided_regex": "[z-a]"}, "a"),
    ("structured-output.guided-regex", {"guided_regex": "[a--b]"}, "b"),
    ("structured-output.guided-json", {"guided_json": "[" * 100_000}, "1"),
]


@pytest.fixture(scope="module")
def outcomes() -> list[str]:
    return judged(*NOT_JUDGED)


@pytest.mark.parametrize("case", range(len(NOT_JUDGED)), ids=lambda case: json.dumps(NOT_JUDGED[case][1])[:60])
def test_what_is_too_large_or_read_differently_by_others_is_not_judged(outcomes: list[str], case: int) -> None:
    assert outcomes[case] == "NOT_VERIFIED"


PACKAGES = ("contract/inferproof", "mocks/inferproof_mock", "reference_impl/inferproof_reference")
RUNS = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}

# Where an expression is put together, and why nothing in it can be tried another way.
PUT_TOGETHER = {
    "contract/inferproof/catalogue/places.py": "an escaped id",
    "contract/inferproof/certify/known.py": "an escaped id",
    "contract/inferproof/certify/said.py": "an escaped name of a member",
    "contract/inferproof/certify/write_known.py": "an escaped id",
    "contract/inferproof/document/yaml_json.py": "an expression of PyYAML's own, behind a look ahead",
    "contract/inferproof/reports/curl.py": "an escaped marker, or one of ours",
    "contract/inferproof/requirements/constraints.py": "characters and sets, each so many times",
    "contract/inferproof/requirements/structured_output.py": "characters and sets, each so many times",
    "contract/inferproof/wire/secrets.py": "escaped texts",
    "mocks/inferproof_mock/tools.py": "an escaped text",
}
# The ones that may have jsonschema, which runs the expressions of a schema with `re`.
READ_SCHEMAS = {
    "contract/inferproof/document/explain.py",
    "contract/inferproof/document/linear.py",
    "contract/inferproof/document/unions.py",
    "contract/inferproof/document/validate.py",
    "contract/inferproof/judge/check.py",
}


def sources() -> Iterator[tuple[str, ast.AST]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def test_python_runs_no_expression_but_those_that_are_written_in_the_source() -> None:
    found = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in {("re", run) for run in RUNS}
        and not isinstance(node.args[0], ast.Constant)
    }
    assert found == set(PUT_TOGETHER)


def test_jsonschema_is_used_only_where_its_expressions_are_run_in_linear_time() -> None:
    found = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and any(each.name == "jsonschema" for each in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "jsonschema")
    }
    assert found == READ_SCHEMAS
