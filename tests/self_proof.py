"""Write `docs/self-proof.md`: what the suite is tried on, what it catches, and what it does not.

tox -e self-proof
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

from inferproof.certify.certify import certify
from inferproof.certify.target import Target
from inferproof.document import load
from inferproof.requirements import CATALOGUE
from inferproof.requirements.judge import Outcome
from inferproof.requirements.requirement import MAY
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.live_mutants import LiveMutant
from tests.live_mutants import load_all as live_mutants
from tests.live_mutants.matrix import Row, row, table
from tests.mutants import load_all as mutants
from tests.operators.explained import explanations, survivors
from tests.operators.survey import Survey, survey
from tests.variants import Variant
from tests.variants import load_all as variants
from tests.variants.server import Mock, serving

PAGE = Path(__file__).parents[1] / "docs" / "self-proof.md"


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
    app = Mock(mock(contract, keys=(DEFAULT_KEY,)))
    with serving(app, None) as server:
        good = certify(contract, Target(server.url, key=DEFAULT_KEY))
    write_section("matrix", _matrix())
    write_section("operators", _operators(survey(good.transcript.exchanges, contract)))
    rows = [row(each, contract, app) for each in live_mutants().values()]
    write_section("live", _live(rows))
    write_section("live-table", table(rows))
    odd = list(variants().values())
    accused = [each.name for each in odd if _alarms(each, app)]
    write_section("variants", _variants(odd, accused))
    print(f"{PAGE} is written")


def _alarms(variant: Variant, app: Mock) -> bool:
    with serving(app, variant) as server:
        found = certify(load("inflection"), Target(server.url, key=DEFAULT_KEY)).result
    return any(each.requirement.level is not MAY for each in found.having(Outcome.FAIL))


def _matrix() -> str:
    made = mutants()
    profiles = Counter(each.profile for each in CATALOGUE.values())
    of_profile: Counter[str] = Counter()
    for id, changes in made.items():
        of_profile[CATALOGUE[id].profile] += len(changes)
    lines = [
        f"{len(CATALOGUE)} requirements, {sum(map(len, made.values()))} mutants, all killed by what they break.",
        "",
        "| profile | requirements | mutants |",
        "|---|--:|--:|",
    ]
    lines += [f"| {name} | {count} | {of_profile[name]} |" for name, count in sorted(profiles.items())]
    return "\n".join(lines)


def _operators(found: Survey) -> str:
    changes = sum(each.tried for each in found.values())
    partly = [each for each in found.values() if 0 < len(each.survivors) < each.tried]
    wholly = [each for each in found.values() if each.survivors and len(each.survivors) == each.tried]
    lines = [
        f"{changes:,} changes of {len(found):,} classes (an operator at a kind of place). Of the classes "
        f"{len(found) - len(partly) - len(wholly):,} are caught wherever they are tried, {len(partly):,} somewhere, "
        f"and {len(wholly):,} nowhere. Every one of the last two kinds has its reason:",
        "",
        "| survives | classes | why |",
        "|---|--:|---|",
    ]
    for each in explanations():
        covered = sum(each.covers(place, operator, one) for place, operator, one in survivors(found))
        where = "everywhere" if each.everywhere else "where nothing fixes it"
        lines.append(f"| {where} | {covered} | {each.reason} |")
    return "\n".join(lines)


def _live(rows: list[Row]) -> str:
    caught = [each for each in rows if not each.missed]
    few = [each for each in rows if len(each.others) <= 3]
    cited = [each for each in rows if isinstance(each.mutant, LiveMutant) and each.mutant.seen]
    seconds = sum(each.seconds for each in rows)
    broad = "; ".join(
        f"`{each.mutant.name}` ({len(each.others)}: {each.mutant.broad})" for each in rows if each.mutant.broad
    )
    return (
        f"{len(rows)} servers, {len(caught)} caught by their own requirement, {seconds:.0f} s in all. "
        f"{len(few)} turn at most three other requirements red, none but these more than ten: {broad}. "
        f"{len(cited)} name the report in which people met the defect (`seen=` in `tests/live_mutants`)."
    )


def _variants(odd: list[Variant], accused: list[str]) -> str:
    by_module: dict[str, list[str]] = defaultdict(list)
    for each in odd:
        by_module[each.edit.__module__.rpartition(".")[2].replace("_", " ")].append(each.sentence.rstrip("."))
    lines = [f"{len(odd)} servers, {len(accused)} accused{': ' + ', '.join(accused) if accused else ''}.", ""]
    lines += [
        f"- **{name}** ({len(said)}): {said[0][0].lower()}{said[0][1:]}; and others" for name, said in by_module.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
