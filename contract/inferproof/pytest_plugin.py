"""The pytest plugin: each requirement is a test item, and the mock is a fixture.

    pytest --inferproof-url https://inference.example      # every requirement, by its id
    pytest --inferproof-url … -k chat.usage                # some of them
    def test_my_app(inferproof_mock): MyApp(inferproof_mock.url, inferproof_mock.key).run()

One certification feeds all items and sends what the chosen ones need. Under pytest-xdist the controller runs it, and
the workers judge its transcript.
"""

from __future__ import annotations

import tempfile
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from inferproof.errors import UserError

if TYPE_CHECKING:
    from inferproof.certify.certify import Certification
    from inferproof.certify.known import Entry
    from inferproof.certify.result import Result
    from inferproof.certify.target import Target
    from inferproof.judge.judge import Judgement
    from inferproof.wire.transcript import Transcript

HANDED_OVER = "inferproof_transcript"
"""The key under which the controller tells its xdist workers where the transcript is."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("inferproof", "certify an LLM inference server")
    group.addoption("--inferproof-url", metavar="URL", help="make each requirement for this server a test item")
    group.addoption(
        "--inferproof-target", metavar="FILE", help="target file [default: inferproof.toml, if there is one]"
    )
    group.addoption("--inferproof-contract", metavar="NAME", help="contract, by name or folder")
    group.addoption("--inferproof-seed", metavar="N", type=_seed, default=0, help="seed of all random choices")
    group.addoption("--inferproof-strict", action="store_true", help="a failure at SHOULD is a failure")
    group.addoption("--inferproof-quick", action="store_true", help="leave the generated cases out")


def _seed(text: str) -> int:
    """The number; argparse names the option where it raises."""
    if not (text.isascii() and text.isdigit() and int(text) < 2**32):
        raise ArgumentTypeError(f"{text!r} is no whole number from 0 to {2**32 - 1}")
    return int(text)


def pytest_configure(config: pytest.Config) -> None:
    """What the user must mend is said here, before anything is collected."""
    if config.getoption("--inferproof-url"):
        with _user_errors(pytest.UsageError):
            config.pluginmanager.register(Certifying(config), "inferproof-certifying")


@contextmanager
def _user_errors(raised: Callable[[str], BaseException]) -> Iterator[None]:
    """What the user must mend, as pytest says it: of a run one line, and exit code 4; of a fixture, one line."""
    try:
        yield
    except UserError as error:
        raise raised(_printable(f"inferproof: {error}")) from error


def _failed(text: str) -> BaseException:
    return pytest.fail.Exception(text, pytrace=False)


def _printable(text: str) -> str:
    from inferproof.reports.words import printable

    return printable(text)


@dataclass(frozen=True)
class Mock:
    """A mock of the API on a local port."""

    url: str
    key: str


@pytest.fixture(scope="session")
def inferproof_mock(request: pytest.FixtureRequest) -> Iterator[Mock]:
    """A mock server of the contract, up for the session."""
    from inferproof.document import load
    from inferproof.front.serve import running
    from inferproof_mock.server import DEFAULT_KEY, mock

    with _user_errors(_failed):
        contract = load(request.config.getoption("--inferproof-contract"))
    with running(mock(contract)) as url:
        yield Mock(url, DEFAULT_KEY)


class Certifying:
    """Adds the items, and runs the certification that they read, once.

    Raises UserError where contract or target cannot be used. A worker of pytest-xdist has no target:
    it is told where the transcript is.
    """

    _session: pytest.Session

    def __init__(self, config: pytest.Config) -> None:
        from inferproof.certify.credentials import announced
        from inferproof.certify.lookup import looked_up
        from inferproof.certify.plan import selected

        self._config = config
        named = config.getoption("--inferproof-contract"), config.getoption("--inferproof-target")
        self._contract, file = looked_up(*named)
        self._requirements = selected(self._contract, (), generated=self._generated)
        self._handed_over: str | None = getattr(config, "workerinput", {}).get(HANDED_OVER)
        self._target: Target | None = None
        self._notes: list[str] = []
        if self._handed_over is None:
            self._target = file.target(config.getoption("--inferproof-url"))
            self._notes = announced(self._target, file)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._judgements: dict[str, Judgement] | None = None
        self._stale: dict[str, Entry] = {}
        self._only: tuple[str, ...] = ()
        """The ids that were chosen; none where all were."""

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self._session = session

    def pytest_report_header(self) -> list[str]:
        return [_printable(f"inferproof: {line}") for line in self._notes]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        mine = self._items()
        items.extend(mine)
        counted = pytest.CollectReport("inferproof", "passed", None, [*mine])
        self._config.hook.pytest_collectreport(report=counted)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._choose(session.items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Before the first of our items; what is raised here ends the session, instead of failing an item."""
        if isinstance(item, Requirement) and not self._config.getoption("setuponly", False):
            self._judge()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """pytest-xdist is about to start a worker: by the first one, the run is over and its transcript written.

        The controller collects nothing, so what -k chooses is found out here.
        """
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="inferproof-")
            items: list[pytest.Item] = [*self._items()]
            self._config.pluginmanager.getplugin("mark").pytest_collection_modifyitems(items=items, config=self._config)
            self._choose(items)
            if items:
                self._hand_over(self._certify().transcript)
        node.workerinput[HANDED_OVER] = str(self._transcript)

    def _hand_over(self, found: Transcript) -> None:
        from inferproof.wire.transcript import write

        with _user_errors(pytest.UsageError):
            write(self._transcript, found.header, found.exchanges, found.footer)

    def _items(self) -> list[Requirement]:
        return [
            Requirement.from_parent(self._session, name=each.id, nodeid=f"inferproof::{each.id}", certifying=self)
            for each in self._requirements
        ]

    def _choose(self, items: Sequence[pytest.Item]) -> None:
        """Send what these items need; everything, where no requirement was deselected."""
        chosen = tuple(item.name for item in items if isinstance(item, Requirement))
        self._only = chosen if len(chosen) < len(self._requirements) else ()

    def pytest_unconfigure(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def judgement(self, id: str) -> Judgement:
        return self._judge()[id]

    def stale(self, id: str) -> str:
        """Which line of the target file has to go, and why; empty where none has to."""
        self._judge()
        entry = self._stale.get(id)
        if entry is None:
            return ""
        line = f"line {entry.known.line} of " if entry.known.line else ""
        return f'{id} {entry.state}: remove it from {line}the target file, where [known] has "{id}"'

    def _judge(self) -> dict[str, Judgement]:
        if self._judgements is None:
            result = self._result()
            self._judgements = {each.requirement.id: each for each in result.judgements}
            self._stale = {each.known.requirement: each for each in result.stale}
        return self._judgements

    @property
    def _generated(self) -> bool:
        return not self._config.getoption("--inferproof-quick")

    @property
    def _transcript(self) -> Path:
        assert self._folder is not None
        return Path(self._folder.name) / "transcript.jsonl"

    def _result(self) -> Result:
        from inferproof.certify.certify import judged
        from inferproof.wire.transcript import read

        if self._handed_over is None:
            return self._certify().result
        with _user_errors(pytest.UsageError):
            return judged(self._contract, read(self._handed_over))

    def _certify(self) -> Certification:
        """Raises pytest.UsageError where the target cannot be reached, or does not offer this API."""
        from inferproof.certify.certify import certify

        assert self._target is not None
        with _user_errors(pytest.UsageError):
            return certify(
                self._contract,
                self._target,
                seed=self._config.getoption("--inferproof-seed"),
                only=self._only,
                generated=self._generated,
            )


class Requirement(pytest.Item):
    """One requirement of the catalogue, named by its id."""

    def __init__(self, *, certifying: Certifying, **members: Any) -> None:
        super().__init__(**members)
        self._certifying = certifying

    def runtest(self) -> None:
        """pass, fail (xfail where it does not gate, or the target file knows of it), or skip with the reason."""
        from inferproof.judge.judge import Outcome
        from inferproof.judge.requirement import MAY, MUST
        from inferproof.reports.failures import told

        found = self._certifying.judgement(self.name)
        level = found.requirement.level
        if stale := self._certifying.stale(self.name):
            raise NotHeld(stale)
        if found.outcome is Outcome.KNOWN:
            pytest.xfail(f"known: {found.reason}")
        gates = level is MUST or (level is not MAY and self.config.getoption("--inferproof-strict"))
        if found.outcome is Outcome.NOT_APPLICABLE:
            pytest.skip(found.reason)
        if found.outcome is Outcome.FAIL and not gates:
            pytest.xfail(f"{found.requirement.level}: {told(found)}")
        if found.outcome is Outcome.NOT_VERIFIED and not gates:
            pytest.skip(f"not verified: {found.reason}")
        if found.outcome is not Outcome.PASS:
            raise NotHeld(told(found))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, NotHeld):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[str, None, str]:
        """The heading of a failure. pytest rewrites the dots of an id that stands alone here."""
        return "inferproof", None, f"requirement {self.name}"


class NotHeld(Exception):
    """The requirement fails, could not be verified, or our own code broke; the text says which."""
