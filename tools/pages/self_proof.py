"""Write `docs/self-proof.md`: what the suite is tried on, what it catches, and what it does not.

tox -e self-proof
"""

from __future__ import annotations

import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from inferproof.certify.certify import certify
from inferproof.certify.target import Target
from inferproof.document import Contract, load
from inferproof.front.serve import running
from inferproof.generated.requirements import owners
from inferproof.judge.judge import Outcome, judge
from inferproof.judge.requirement import MAY, held
from inferproof.judge.subject import Subject
from inferproof.requirements import CATALOGUE
from inferproof.wire.exchange import Exchange
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.fuzz.fuzz import Fuzzed, fuzzed, installed
from tests.fuzz.readers import READERS
from tests.generated.planted import BUGS
from tests.proof.broken_servers import LiveMutant
from tests.proof.broken_servers import of_contract as live_mutants
from tests.proof.broken_servers.matrix import Row, row, table
from tests.proof.hostile import load_all as hostilities
from tests.proof.hostile.command import Ended
from tests.proof.hostile.echoes import ECHOES
from tests.proof.hostile.hostility import Hostility, sentence_of
from tests.proof.hostile.throughout import THROUGHOUT, Throughout
from tests.proof.hostile.trial import LATEST, MOMENTS, Planting, Trial, interrupted, planting, trial
from tests.proof.legal_servers import Variant, refusing
from tests.proof.legal_servers import of_contract as variants
from tests.proof.legal_servers.server import Mock, serving
from tests.proof.mutants import load_all as mutants
from tests.proof.operators.explained import explanations, survivors
from tests.proof.operators.survey import Survey, survey

PAGE = Path(__file__).parents[2] / "docs" / "self-proof.md"

FUZZED_S = 20
"""Seconds of atheris for each reader."""


def write_section(name: str, text: str, page: Path = PAGE) -> None:
    """Put `text` between the markers of a section. Raises ValueError where the page has no such section."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before = page.read_text(encoding="utf-8")
    if begin not in before or end not in before:
        raise ValueError(f"{page} has no section {name!r}: it wants the lines {begin.strip()} and {end}")
    made = re.sub(re.escape(begin) + ".*?" + re.escape(end), lambda _: f"{begin}{text}\n{end}", before, flags=re.DOTALL)
    page.write_text(made, encoding="utf-8")


def main() -> None:
    contract = load("inflection")
    app = mock(contract, keys=(DEFAULT_KEY,))
    cached = Mock(app)
    with serving(cached, None) as server:
        good = certify(contract, Target(server.url, key=DEFAULT_KEY)).transcript.exchanges
    found = survey(good, contract)
    rows = [row(each, contract, cached) for each in live_mutants(contract).values()]
    odd = list(variants(contract).values())
    accused = [each.name for each in odd if _alarms(each, cached)]
    with_the_gate = list(refusing().values())
    accused_by_the_gate = [each.name for each in with_the_gate if _alarms(each, cached, generated=True)]
    with running(app) as url, _folders() as folder:
        servers = [*hostilities().values(), *THROUGHOUT.values()]
        trials = [(each, trial(each, url, next(folder))) for each in servers]
        ends = _interrupted(url, folder)
        plantings = {way: planting(way, next(folder)) for way in ECHOES}
    fuzz = list(fuzzed(READERS, FUZZED_S)) if installed() else []
    results = {
        "matrix": _matrix(_surviving_mutants(good, contract), contract),
        "operators": _operators(found),
        "live": _live(rows),
        "variants": _variants(odd, accused, with_the_gate, accused_by_the_gate),
        "hostile": _hostile(trials, ends),
        "secrets": _secrets(plantings),
        "readers": _readers(fuzz),
    }
    write_section("glance", _glance({name: result for name, (result, _) in results.items()}))
    for name, (result, more) in results.items():
        write_section(name, f"{result[0].upper()}{result[1:]}. {more}".strip())
    write_section("operators-table", _reasons(found))
    write_section("live-table", table(rows))
    write_section("variants-table", _examples(odd))
    write_section("hostile-table", _hostile_table(trials))
    write_section("secrets-table", _secrets_table(plantings))
    write_section("readers-table", _readers_table(fuzz))
    print(f"{PAGE} is written")


@contextmanager
def _folders() -> Iterator[Iterator[Path]]:
    """Empty folders, as many as are wanted."""
    with tempfile.TemporaryDirectory(prefix="inferproof-self-proof-") as parent:
        yield (Path(tempfile.mkdtemp(dir=parent)) for _ in iter(int, 1))


def _surviving_mutants(good: Sequence[Exchange], contract: Contract) -> list[str]:
    """The mutants that their requirement does not catch."""
    answers = [Subject(exchange, contract) for exchange in good]
    survived, holding = [], {each.id for each in held(contract)[0]}
    for each in (mutant for id, made in mutants().items() if id in holding for mutant in made):
        exchanges = [each.exchange(answer) for answer in each.looks_at(answers)]
        [judgement] = judge([CATALOGUE[each.id]], exchanges, contract)
        if judgement.outcome is not Outcome.FAIL:
            survived.append(f"{each.id}-{each.name}")
    return survived


def _alarms(variant: Variant, app: Mock, *, generated: bool = False) -> bool:
    with serving(app, variant) as server:
        found = certify(load("inflection"), Target(server.url, key=DEFAULT_KEY), generated=generated).result
    return any(each.requirement.level is not MAY for each in found.having(Outcome.FAIL))


Result = tuple[str, str]
"""What came out, in a few words, and what else there is to say of it."""

GLANCE = {
    "matrix": ("mutants of a transcript", "does each written requirement ever say no?", "tox -- tests/requirements"),
    "operators": ("generic changes of a transcript", "what did nobody think of?", "tox -- tests/proof/operators"),
    "live": ("live mutants", "are defects of servers caught, over HTTP?", "tox -e proof -- tests/proof/broken_servers"),
    "variants": ("live variants", "is a server accused that is only odd?", "tox -e proof -- tests/proof/legal_servers"),
    "hostile": ("hostile targets", "does a run survive any server?", "tox -e proof -- tests/proof/hostile"),
    "secrets": ("planted secrets", "does a key end up in a report?", "tox -e proof -- tests/proof/hostile -k secret"),
    "readers": ("fuzzed readers", "do any bytes break what reads them?", "tox -e fuzz"),
}


def _glance(results: dict[str, str]) -> str:
    lines = ["| tried on | question | found | command |", "|---|---|---|---|"]
    for name, (tried, question, command) in GLANCE.items():
        lines.append(f"| {tried} | {question} | {results[name]} | `{command}` |")
    return "\n".join(lines)


def _matrix(survived: list[str], contract: Contract) -> Result:
    holding = {each.id: each for each in held(contract)[0]}
    made = {id: changes for id, changes in mutants().items() if id in holding}
    of_profile: Counter[str] = Counter()
    for id, changes in made.items():
        of_profile[CATALOGUE[id].profile] += len(changes)
    total = of_profile.total()
    profiles = sorted(Counter(each.profile for each in holding.values()).items())
    each = ", ".join(f"{name} {count} ({of_profile[name]})" for name, count in profiles)
    caught = f"{total - len(survived)} of {total} mutants of {len(holding)} written requirements are caught"
    return (
        _with(caught, survived),
        f"By profile, with the mutants in brackets: {each}.\n\n{len(owners(contract))} more requirements follow "
        "from the document, one or two for each member of a request: what it allows is accepted, what it forbids is "
        f"refused. They have two forms only, and no mutants of their own: {len(BUGS)} bugs are planted in a server "
        "instead, and each is found by the one whose member it is.",
    )


def _with(result: str, names: Sequence[str]) -> str:
    return f"{result}: {', '.join(names)}" if names else result


def _operators(found: Survey) -> Result:
    changes = sum(each.tried for each in found.values())
    partly = [each for each in found.values() if 0 < len(each.survivors) < each.tried]
    wholly = [each for each in found.values() if each.survivors and len(each.survivors) == each.tried]
    known = explanations()
    unexplained = [
        f"{place} {operator}"
        for place, operator, one in survivors(found)
        if not any(each.covers(place, operator, one) for each in known)
    ]
    return (
        _with(f"{changes:,} changes; {len(unexplained)} kinds survive without a reason", unexplained),
        f"Of {len(found):,} classes (an operator at a kind of place) {len(found) - len(partly) - len(wholly):,} are "
        f"caught wherever they are tried, {len(partly):,} somewhere, and {len(wholly):,} nowhere. Each of the last two "
        "kinds has [its reason](#what-survives-and-why).",
    )


def _reasons(found: Survey) -> str:
    """Each class counts once, with the first reason that covers it, of those for what survives everywhere first."""
    known = explanations()
    counted = Counter(
        next((each.reason for each in known if each.covers(*survivor)), "no reason") for survivor in survivors(found)
    )
    lines = ["| survives | classes | why |", "|---|--:|---|"]
    for each in known:
        where = "everywhere" if each.everywhere else "where nothing fixes it"
        lines.append(f"| {where} | {counted[each.reason]} | {each.reason} |")
    return "\n".join([*lines, f"| | {counted.total()} | together |"])


def _live(rows: list[Row]) -> Result:
    missed = [each.mutant.name for each in rows if each.missed]
    few = [each for each in rows if len(each.others) <= 3]
    cited = [each for each in rows if isinstance(each.mutant, LiveMutant) and each.mutant.seen]
    seconds = sum(each.seconds for each in rows)
    broad = "; ".join(
        f"`{each.mutant.name}` ({len(each.others)}: {each.mutant.broad})" for each in rows if each.mutant.broad
    )
    return (
        _with(f"{len(rows) - len(missed)} of {len(rows)} are caught by their own requirement", missed),
        f"All runs took {seconds:.0f} s, without the generated requests. {len(few)} turn at most three other "
        f"requirements red, none but these over ten: {broad}. {len(cited)} name the report in which people met the "
        "defect (`seen=` in `tests/proof/broken_servers`).",
    )


def _variants(odd: list[Variant], accused: list[str], with_the_gate: list[Variant], by_the_gate: list[str]) -> Result:
    refusing = f"The {len(with_the_gate)} that refuse what others accept, or in another way, are sent the generated"
    return (
        _with(f"{len(accused)} of {len(odd)} are accused", accused),
        _with(f"{refusing} requests too: {len(by_the_gate)} are accused", by_the_gate) + ".",
    )


def _examples(odd: list[Variant]) -> str:
    by_module: dict[str, list[str]] = defaultdict(list)
    for each in odd:
        by_module[each.edit.__module__.rpartition(".")[2].replace("_", " ")].append(each.sentence.rstrip("."))
    return "\n".join(
        f"- **{name}** ({len(said)}): {_in_a_sentence(said[0])}; and others" for name, said in by_module.items()
    )


def _in_a_sentence(sentence: str) -> str:
    """Without its capital, unless that belongs to the word, as in JSON."""
    return sentence if sentence[1:2].isupper() else sentence[0].lower() + sentence[1:]


def _interrupted(url: str, folder: Iterator[Path]) -> list[Ended]:
    moments = [random.Random(moment).uniform(0.0, LATEST) for moment in range(MOMENTS)]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(interrupted, moments, [url] * MOMENTS, [next(folder) for _ in moments]))


def _hostile(trials: Sequence[tuple[Hostility | Throughout, Trial]], ends: Sequence[Ended]) -> Result:
    wrong = [each.name for each, found in trials if not found.is_in_order(each)]
    seconds = max(found.seconds for _, found in trials)
    memory = max(found.ended.peak_mib for _, found in trials)
    early = sum(each.code == 3 for each in ends)
    broken = [each.output for each in ends if "Traceback" in each.output or each.code not in (0, 3)]
    print(*broken, sep="\n")
    return (
        _with(f"{len(wrong)} of {len(trials)} break a run; it takes at most {seconds:.0f} s and {memory} MiB", wrong),
        f"Ctrl-C at {len(ends)} moments of a run, drawn at random: {early} of {early} runs that it met "
        f"wrote what there was and said `incomplete`, {len(ends) - early - len(broken)} were over before it, "
        f"{len(broken)} did anything else.",
    )


def _hostile_table(trials: Sequence[tuple[Hostility | Throughout, Trial]]) -> str:
    lines = ["| the server | how the run ends | seconds | MiB |", "|---|---|--:|--:|"]
    for each, found in trials:
        cause = f", with the cause: “… {each.says} …”" if each.says else ""
        lines.append(f"| {each.sentence} | {found.end}{cause} | {found.seconds:.1f} | {found.ended.peak_mib} |")
    return "\n".join(lines)


def _secrets(plantings: dict[str, Planting]) -> Result:
    leaks = [f"{way}: {name}" for way, each in plantings.items() for name in each.leaks]
    files = sum(each.files for each in plantings.values())
    return _with(f"a key said back in {len(plantings)} ways stands in {len(leaks)} of {files} files", leaks), ""


def _secrets_table(plantings: dict[str, Planting]) -> str:
    lines = ["| where the server says the key | files, the screen among them | with a part of it |", "|---|--:|--:|"]
    lines += [f"| {sentence_of(ECHOES[way])} | {each.files} | {len(each.leaks)} |" for way, each in plantings.items()]
    return "\n".join(lines)


def _readers(fuzz: Sequence[Fuzzed]) -> Result:
    if not fuzz:
        return "atheris was not installed when this page was written", ""
    broken = [each.reader for each in fuzz if not each.holds]
    return _with(f"{len(broken)} of {len(fuzz)} break over {sum(each.inputs for each in fuzz):,} inputs", broken), ""


def _readers_table(fuzz: Sequence[Fuzzed]) -> str:
    lines = [f"| reader | what holds for any bytes | inputs in {FUZZED_S} s | MiB |", "|---|---|--:|--:|"]
    lines += [
        f"| {each.reader} | {sentence_of(READERS[each.reader])} | {each.inputs:,} | {each.peak_mib} |" for each in fuzz
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
