"""The three tools. Each is given a server and returns its complaints, a set that can be compared with another run's."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from inferproof.certify.certify import certify
from inferproof.certify.plan import dry_run
from inferproof.certify.run import authorized
from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof.document.prism import for_prism
from inferproof.judge.judge import Outcome
from inferproof.judge.requirement import MUST, SHOULD
from inferproof.judge.subject import Subject
from inferproof.probes import PROBES
from inferproof.probes.probe import RequestBuilder
from inferproof.wire.exchange import Exchange, NotJson, Request
from inferproof_mock.prism import serving as prism
from inferproof_mock.server import DEFAULT_KEY
from tests.proof.legal_servers.server import Server

Complaints = frozenset[str]
Tool = Callable[[Server], Complaints]

# What a right server may answer to a valid body: the model named in it may not exist.
SETTINGS = """
continue-on-failure = true
[generation]
database = "none"
[cache]
enabled = false
[phases.coverage]
unexpected-methods = ["PUT", "PATCH", "DELETE"]
[checks.negative_data_rejection]
expected-statuses = ["400", "404", "415", "422"]
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "404"]
"""


def inferproof(contract: Contract) -> Tool:
    """`inferproof certify`, without generated cases: requirements that fail at MUST or SHOULD."""

    def run(server: Server) -> Complaints:
        result = certify(contract, Target(server.url, key=DEFAULT_KEY)).result
        return frozenset(each.requirement.id for each in result.having(Outcome.FAIL, MUST, SHOULD))

    return run


@contextmanager
def schemathesis(contract: Contract) -> Iterator[Tool]:
    """`schemathesis run` on the corrected document: the checks that fail, each with its operation.

    Examples and coverage, the phases that are the same in every run.
    """
    with tempfile.TemporaryDirectory(prefix="inferproof-detection-") as folder:
        document, settings, report = (Path(folder) / name for name in ("openapi.json", "st.toml", "report.json"))
        document.write_text(json.dumps(contract.corrected), encoding="utf-8")
        settings.write_text(SETTINGS, encoding="utf-8")

        def run(server: Server) -> Complaints:
            command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings), "run", str(document)]
            command += ["--url", server.url, "--header", f"Authorization: Bearer {DEFAULT_KEY}", "--seed", "1"]
            command += ["--phases", "examples,coverage", "--report", "json", "--report-json-path", str(report)]
            report.unlink(missing_ok=True)
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            if not report.exists():
                raise RuntimeError(f"schemathesis wrote no report: {done.stdout[-500:]} {done.stderr[-500:]}")
            said = json.loads(report.read_text(encoding="utf-8"))
            return frozenset(
                f"{one['code']} {operation}" for one in said["failures"] for operation in one["operations"]
            )

        yield run


@contextmanager
def prism_proxy(contract: Contract, server: Server) -> Iterator[Tool]:
    """Prism's proxy before `server`: what it says against the replies to a fixed set of valid requests.

    A reply that ends Prism is held against that server alone: the next one is asked through a new Prism.
    Raises PrismError where neither Docker nor npx can run it.
    """
    requests = fixed_requests(contract)
    with ExitStack() as stack:

        def started() -> str:
            running = prism(for_prism(contract), port=0, proxy=server.url, log=lambda line: None)
            return urlsplit(stack.enter_context(running).url).netloc

        host = started()

        def run(_server: Server) -> Complaints:
            nonlocal host
            if not _listens(host):
                host = started()
            return frozenset(complaint for request in requests for complaint in _violations(host, request))

        yield run


def _listens(host: str) -> bool:
    name, _, port = host.partition(":")
    with socket.socket() as tried:
        return tried.connect_ex((name, int(port))) == 0


def fixed_requests(contract: Contract) -> list[Request]:
    """The first request of each probe, where it must be accepted."""
    call = RequestBuilder(
        contract, contract.request_example("chat")["model"], contract.request_example("embeddings")["model"]
    )
    target = Target("http://127.0.0.1", key=DEFAULT_KEY)
    found = []
    for probe in PROBES.values():
        ask = dry_run(probe, contract, call)[0]
        answer = Subject(Exchange(probe.name, 0, ask.role, ask.request), contract)
        try:
            valid = ask.role is not None and answer.expectation == "accept"
        except NotJson:
            valid = not ask.request.body
        if valid and ask.request.raw is None:
            found.append(authorized(ask.request, target))
    return found


def _violations(host: str, request: Request) -> Iterator[str]:
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        connection.request(request.method, request.target, request.body, dict(request.headers))
        reply = connection.getresponse()
        reply.read()
        for each in json.loads(reply.getheader("sl-violations") or "[]"):
            if each["location"][0] == "response":
                yield f"{request.method} {request.path}: {each['message']}"
    except (OSError, http.client.HTTPException) as error:
        yield f"{request.method} {request.path}: {type(error).__name__}"
    finally:
        connection.close()
