"""The closing summary: what a person reads in a terminal after a run."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape

from inferproof.certify.plan import GATE
from inferproof.certify.result import Result, Verdict
from inferproof.certify.target import DEFAULT_KEY_VARIABLE
from inferproof.judge.judge import Judgement, Outcome
from inferproof.judge.requirement import INFERRED, MAY, MUST, SHOULD
from inferproof.reports.curl import curl
from inferproof.reports.words import many, one_line
from inferproof.shell import command, word

SHOWN = 5
"""Failures shown in full, and ids named in one line, so that the verdict stays on the screen."""

BEYOND_THE_PLAN = ("reduced.", "explore.")
"""How the names begin of what was sent because of an earlier reply: a run does not plan it."""

LONGEST_LINE = 1000
"""Characters of a curl line that is shown."""

LISTED = {
    Outcome.HARNESS_ERROR: "harness error (our fault, please report)",
    Outcome.NOT_VERIFIED: "not verified",
    Outcome.NOT_APPLICABLE: "not applicable",
}

COLOURS = {Verdict.CONFORMANT: "green", Verdict.NOT_CONFORMANT: "red", Verdict.INCOMPLETE: "yellow"}


def summary(result: Result, key_variable: str, rerun: str, transcript: str = "") -> Iterator[str]:
    """Lines in rich's markup. `rerun` is the command line without `--only`, `transcript` the file if one is written."""
    url = str(result.target["url"])
    failures = result.having(Outcome.FAIL, MUST) + result.having(Outcome.FAIL, SHOULD, MAY)
    for judgement in failures[:SHOWN]:
        yield from _failure(judgement, url, key_variable, rerun, transcript)
    if len(failures) > SHOWN:
        rest = _rest(failures, transcript)
        yield f"[bold]and {len(failures) - SHOWN} more that do not hold:[/] {escape(rest)}\n"
    for outcome, heading in LISTED.items():
        yield from _listed(heading, result.having(outcome), result.interrupted, transcript)
    if not result.interrupted:
        yield _profiles(result)
    so_far = "so far, of what was sent: " if result.interrupted else ""
    counts = ", ".join(f"{count} {outcome}" for outcome, count in result.counts.items() if count)
    in_all = f"; {result.waited:.1f} s in all" if result.waited else ""
    yield f"{so_far}{counts}; {many(result.requests, 'request')} sent in {result.seconds:.1f} s{in_all}"
    warnings = len(result.having(Outcome.FAIL, SHOULD))
    if warnings and not result.strict:
        yield f"[yellow]{warnings} at SHOULD: warnings, which --strict turns into failures[/]"
    yield f"[bold {COLOURS[result.verdict]}]{result.verdict.value}[/]{escape(_extent(result))}"


def _failure(judgement: Judgement, url: str, key_variable: str, rerun: str, transcript: str) -> Iterator[str]:
    requirement = judgement.requirement
    first = min(judgement.failures, key=lambda failure: len(failure.exchange.request.body))
    source = "we infer" if requirement.basis in INFERRED else "the document says"
    if requirement.basis == "convention":
        source = "a standard says"
    colour = "red" if requirement.level is MUST else "yellow"
    level = f"[bold {colour}]{requirement.level.value}[/]"
    yield f"{level} [bold]{escape(requirement.id)}[/] ({source}: {requirement.basis.value})"
    yield f"  {escape(requirement.sentence)}"
    yield f"  expected  {escape(first.finding.expected)}"
    where = f" at {first.finding.at}" if first.finding.at else ""
    yield f"  found     {escape(first.finding.found + where)}"
    broken, judged = len(judgement.failures), len(judgement.judged)
    yield f"  in        {escape(one_line(first.exchange.name))} ({broken} of {judged} judged)"
    yield f"  request   {escape(_request(curl(first.exchange, url, key_variable), transcript))}"
    if transcript and requirement.of is not None:
        named = ("--api-key-env", key_variable) if key_variable != DEFAULT_KEY_VARIABLE else ()
        replay = ("inferproof", "replay", "--url", url, *named)
        yield f"  replay    {escape(command(*replay, operands=(transcript, first.exchange.name)))}"
    yield f"  again     {escape(rerun)} --only {escape(word(requirement.id) + _generated(judgement))}\n"


def _request(line: str, transcript: str) -> str:
    """The curl line, or why it is not shown: half a line must not be pasted."""
    if len(line) <= LONGEST_LINE:
        return line
    how = "`inferproof replay` sends it" if transcript else "with --report FOLDER, `inferproof replay` sends it"
    return f"(a curl line of {len(line)} characters is too long to be shown; {how})"


def _generated(judgement: Judgement) -> str:
    """What has the gate's probe sent again that broke a requirement, where no other probe did."""
    exchanges = [failure.exchange for failure in judgement.failures]
    if not all(exchange.probe.startswith((GATE, *BEYOND_THE_PLAN)) for exchange in exchanges):
        return ""
    sizes = {exchange.probe: len(exchange.request.body) for exchange in exchanges if exchange.probe.startswith(GATE)}
    smallest = min(sizes, key=sizes.__getitem__, default="")
    return f" --only {word(smallest)}" if smallest not in ("", GATE + judgement.requirement.id) else ""


def _listed(heading: str, judgements: list[Judgement], ended: str, transcript: str) -> Iterator[str]:
    """`ended` is why the run ended early, if it did: the verdict says it, once."""
    if not judgements:
        return
    yield f"[bold]{heading}[/]"
    for judgement in judgements[:SHOWN]:
        level, id = judgement.requirement.level.value, judgement.requirement.id
        reason = judgement.reason.replace(ended, "the run had ended") if ended else judgement.reason
        yield f"  {level} {escape(id)}: {escape(_cut(reason))}"
    if len(judgements) > SHOWN:
        yield f"  and {len(judgements) - SHOWN} more: {escape(_rest(judgements, transcript))}"
    yield ""


def _rest(judgements: list[Judgement], transcript: str) -> str:
    """The ids of those that are not shown; where these are more than a handful, the place where they are named."""
    rest = judgements[SHOWN:]
    if len(rest) <= SHOWN:
        return ", ".join(judgement.requirement.id for judgement in rest)
    return "result.json names them" if transcript else "--report FOLDER has result.json name them"


def _extent(result: Result) -> str:
    """What the verdict covers, where that is not the whole contract, and why the run ended early, if it did."""
    few = f"{len(result.judgements)} of {many(result.in_all, 'requirement')}" if result.only else ""
    bare = "" if result.generated else "without the generated requests"
    if result.verdict is Verdict.CONFORMANT:
        parts = [f" in {few}" if few else "", f", {bare}" if bare else ""]
        return "".join([*parts, ": no certificate" if few or bare else ""])
    broken = ", ".join(result.broken_probes[:SHOWN])
    ours = f"a probe broke, our fault, please report: {broken}" if broken else ""
    said = [result.interrupted, ours, f"{few} judged" if few else "", bare]
    return f" ({'; '.join(part for part in said if part)})" if any(said) else ""


def _profiles(result: Result) -> str:
    """Each profile with how many of its requirements hold."""
    words = []
    for profile in dict.fromkeys(judgement.requirement.profile for judgement in result.judgements):
        mine = [each for each in result.judgements if each.requirement.profile == profile]
        held = sum(each.outcome is Outcome.PASS for each in mine)
        words.append(f"{profile} {held}/{len(mine)}")
    return "[dim]" + "  ".join(words) + "[/]"


def _cut(text: str, limit: int = 600) -> str:
    first = text.strip().replace("\n", " ")
    return first if len(first) <= limit else f"{first[: limit - 1]}…"
