"""The closing summary: what a person reads in a terminal after a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.markup import escape

from inferproof.certify.causes import Cause, across_operations
from inferproof.certify.known import State
from inferproof.certify.plan import GATE
from inferproof.certify.result import Result, Verdict
from inferproof.certify.target import DEFAULT_KEY_VARIABLE
from inferproof.judge.capabilities import not_claimed
from inferproof.judge.judge import Judgement, Outcome
from inferproof.judge.requirement import CONVENTION, INFERRED, MUST, SHOULD, Level, Requirement
from inferproof.reports.curl import curl
from inferproof.reports.words import many, theirs
from inferproof.shell import command, word
from inferproof.wire.exchange import Origin

SHOWN = 5
"""Ids named in one line, and outcomes listed, so that the verdict stays on the screen."""

REASONS = 3
"""Reasons shown why something is not asked of a target: the line of the profiles says what is not claimed."""

WHOLE, CAUSES = 3, 10
"""Causes that are shown with their request and how to send it again, and causes that are shown at all: a server that
fails in ten ways is read on a screen and a half."""

BEYOND_THE_PLAN = (Origin.SHRUNK, Origin.FUZZED)
"""What was sent because of an earlier reply: a run does not plan it."""

LONGEST_LINE = 1000
"""Characters of a curl line that is shown."""

LISTED = {
    Outcome.KNOWN: "known, as the target file says",
    Outcome.HARNESS_ERROR: "harness error (our fault, please report)",
    Outcome.NOT_VERIFIED: "not verified",
    Outcome.NOT_APPLICABLE: "not applicable",
}

COLOURS = {
    Verdict.CONFORMANT: "green",
    Verdict.KNOWN: "green",
    Verdict.NOT_CONFORMANT: "red",
    Verdict.INCOMPLETE: "yellow",
}


def summary(result: Result, key_variable: str, rerun: str, transcript: str = "") -> Iterator[str]:
    """Lines in rich's markup. `rerun` is the command line without `--only`, `transcript` the file if one is written."""
    url = str(result.target["url"])
    causes = across_operations(result.causes)
    for cause in causes[:WHOLE]:
        yield from _cause(cause, url, key_variable, rerun, transcript)
    for cause in causes[WHOLE:CAUSES]:
        yield from _in_brief(cause)
    if causes[WHOLE:CAUSES]:
        yield ""
    if len(causes) > CAUSES:
        where = "result.json has them all" if transcript else "--report FOLDER has result.json tell them all"
        yield f"[bold]and {many(len(causes) - CAUSES, 'more cause')}:[/] {where}\n"
    yield from _stale(result)
    unjudged = [each for each in result.known if each.state is State.NOT_JUDGED]
    for outcome, heading in LISTED.items():
        yield from _listed(heading, result.having(outcome), result.interrupted, transcript)
    if not result.interrupted:
        yield _profiles(result)
    so_far = "so far, of what was sent: " if result.interrupted else ""
    if causes:
        yield _failed(result, len(causes))
    counts = ", ".join(f"{count} {outcome}" for outcome, count in result.counts.items() if count)
    in_all = f"; {result.waited:.1f} s in all" if result.waited else ""
    yield f"{so_far}{counts}; {many(result.requests, 'request')} sent in {result.seconds:.1f} s{in_all}"
    if unjudged:
        yield f"{many(len(unjudged), 'entry', 'entries')} of the target file's \\[known]: not judged by this run"
    if result.verdict is Verdict.NOT_CONFORMANT and causes:
        yield "next: fix the first cause. --write-known records what fails today, so that a gate checks everything else"
    yield f"[bold {COLOURS[result.verdict]}]{result.words}[/]{escape(_extent(result))}"


def _failed(result: Result, causes: int) -> str:
    """How many fail at each level, and for how many causes."""
    failed = result.having(Outcome.FAIL)
    levels = Counter(each.requirement.level for each in failed)
    told = ", ".join(f"{levels[level]} at {level.value}" for level in Level if levels[level])
    warned = SHOULD in levels and not result.strict
    warnings = "; those at SHOULD are warnings, which --strict turns into failures" if warned else ""
    fail = f"{many(len(failed), 'requirement')} fail{'s' * (len(failed) == 1)}"
    return f"{fail} ({told}), for {many(causes, 'cause')}{warnings}"


def _cause(cause: Cause, url: str, key_variable: str, rerun: str, transcript: str) -> Iterator[str]:
    first, shows = cause.judgements[0], cause.example
    yield _headline(cause)
    yield f"  {_ids(cause)}"
    yield f"  {escape(first.requirement.sentence)}"
    if cause.told:
        yield f"  expected  {theirs(shows.finding.expected)}, found {theirs(_found(cause))}"
    elif cause.words:
        yield f"  words     {theirs(cause.words)}"
    made = ", reduced from a longer request" if cause.reduced else ""
    where = f"{shows.exchange.name} (one of {cause.exchanges}{made})" if cause.exchanges > 1 else shows.exchange.name
    yield f"  sent      {theirs(f'{cause.sent} in {where}' if cause.sent else where)}"
    yield f"  request   {escape(_request(curl(shows.exchange, url, key_variable), transcript))}"
    if transcript and first.requirement.of is not None:
        named = ("--api-key-env", key_variable) if key_variable != DEFAULT_KEY_VARIABLE else ()
        replay = ("inferproof", "replay", "--url", url, *named)
        yield f"  replay    {escape(command(*replay, operands=(transcript, shows.exchange.name)))}"
    yield f"  again     {escape(rerun)} --only {escape(word(first.requirement.id) + _generated(cause))}"
    yield f"  explain   inferproof explain {escape(word(first.requirement.id))}\n"


def _in_brief(cause: Cause) -> Iterator[str]:
    """A cause in two lines: the first ones are shown whole."""
    yield _headline(cause)
    sent = f"; sent {theirs(cause.sent)}" if cause.sent else ""
    yield f"  {_ids(cause)}{sent} in {theirs(cause.example.exchange.name)}"


def _headline(cause: Cause) -> str:
    """Level, operation and status, and the server's own words where they are the cause; else what is wrong."""
    colour = "red" if cause.level is MUST else "yellow"
    status = "".join(f" {status}" for status in cause.statuses)
    said = f'"{cause.words}"' if cause.told else f"expected {cause.example.finding.expected}, found {_found(cause)}"
    if cause.mistake:
        said = f"{cause.mistake}: {', '.join(cause.members)}" if cause.members else f"{cause.mistake}, as {said}"
    level = f"[bold {colour}]{cause.level.value}[/]"
    operations = ", ".join((cause.key.operation, *cause.also))
    return f"{level} [bold]{escape(operations)}{status}[/]: {theirs(_cut(said, 300))}"


def _found(cause: Cause) -> str:
    finding = cause.example.finding
    return finding.found + (f" at {finding.at}" if finding.at else "")


def _ids(cause: Cause) -> str:
    """The requirements that tell of the cause, the first with why we may demand it."""
    first, *others = cause.requirements
    named = ", ".join(each.id for each in others[: SHOWN - 1])
    rest = f" and {len(others) - SHOWN + 1} more" if len(others) >= SHOWN else ""
    return f"[bold]{escape(first.id)}[/] ({_source(first)})" + escape(f", {named}{rest}" if others else "")


def _source(requirement: Requirement) -> str:
    if requirement.basis is CONVENTION:
        return f"a standard says: {requirement.standard}"
    return f"{'we infer' if requirement.basis in INFERRED else 'the document says'}: {requirement.basis.value}"


def _stale(result: Result) -> Iterator[str]:
    """The lines of the target file that have to go, and what becomes of what they excused."""
    if not result.stale:
        return
    yield "[bold red]\\[known] in the target file is out of date[/]: remove"
    outcomes = {each.requirement.id: each.outcome.value for each in result.judgements}
    for each in result.stale:
        known = each.known
        line = f"line {known.line}: " if known.line else ""
        until = f" ({known.until}); now: {outcomes[known.requirement]}" if each.state is State.PAST else ""
        pins = f" ({theirs(known.pins)})" if known.pins else ""
        yield f'  {line}"{escape(known.requirement)}"{pins} {each.state.value}{until}'
    yield ""


def _request(line: str, transcript: str) -> str:
    """The curl line, or why it is not shown: half a line must not be pasted."""
    if len(line) <= LONGEST_LINE:
        return line
    how = "`inferproof replay` sends it" if transcript else "with --report FOLDER, `inferproof replay` sends it"
    return f"(a curl line of {len(line)} characters is too long to be shown; {how})"


def _generated(cause: Cause) -> str:
    """What has the gate's probe sent again that broke a requirement, where no other probe did."""
    requirement, broke = cause.requirements[0], {failure.exchange.name for failure in cause.failures}
    exchanges = [each.exchange for each in cause.judgements[0].failures if each.exchange.name in broke]
    if not all(exchange.origin in (Origin.GENERATED, *BEYOND_THE_PLAN) for exchange in exchanges):
        return ""
    made = [exchange for exchange in exchanges if exchange.origin is Origin.GENERATED]
    sizes = {exchange.probe: len(exchange.request.body) for exchange in made}
    smallest = min(sizes, key=sizes.__getitem__, default="")
    return f" --only {word(smallest)}" if smallest not in ("", GATE + requirement.id) else ""


def _listed(heading: str, judgements: list[Judgement], ended: str, transcript: str) -> Iterator[str]:
    """`ended` is why the run ended early, if it did: the verdict says it, once."""
    if not judgements:
        return
    yield f"[bold]{heading}[/]"
    if judgements[0].outcome is Outcome.NOT_APPLICABLE:
        yield from _by_reason(judgements)
        return
    for judgement in judgements[:SHOWN]:
        level, id = judgement.requirement.level.value, judgement.requirement.id
        reason = judgement.reason.replace(ended, "the run had ended") if ended else judgement.reason
        yield f"  {level} {escape(id)}: {escape(_cut(reason))}"
    if len(judgements) > SHOWN:
        yield f"  and {len(judgements) - SHOWN} more: {escape(_rest(judgements, transcript))}"
    yield ""


def _by_reason(judgements: list[Judgement]) -> Iterator[str]:
    """What is not asked of this target: a reason holds for many requirements."""
    reasons = Counter(judgement.reason for judgement in judgements).most_common()
    for reason, count in reasons[:REASONS]:
        yield f"  {many(count, 'requirement')}: {escape(_cut(reason))}"
    if len(reasons) > REASONS:
        rest = sum(count for _, count in reasons[REASONS:])
        yield f"  {many(rest, 'requirement')} for {many(len(reasons) - REASONS, 'more reason')}"
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
    bare = "" if result.generated else "judged without the generated requests"
    if result.verdict in (Verdict.CONFORMANT, Verdict.KNOWN):
        bare = ", without the generated requests" if not result.generated else ""
        known = result.verdict is Verdict.KNOWN
        return (f" in {few}" if few else "") + bare + (": no certificate" if few or bare or known else "")
    broken = ", ".join(result.broken_probes[:SHOWN])
    ours = f"a probe broke, our fault, please report: {broken}" if broken else ""
    stale = "[known] in the target file is out of date" if result.stale and not result.having(Outcome.FAIL) else ""
    said = [result.interrupted, ours, stale, f"{few} judged" if few else "", bare]
    return f" ({'; '.join(part for part in said if part)})" if any(said) else ""


def _profiles(result: Result) -> str:
    """Each profile with how many of its requirements hold, of those that are asked of this target."""
    declined = result.target.get("declined", {})
    words = []
    for profile in dict.fromkeys(judgement.requirement.profile for judgement in result.judgements):
        mine = [each for each in result.judgements if each.requirement.profile == profile]
        asked = [each for each in mine if each.outcome is not Outcome.NOT_APPLICABLE]
        held = sum(each.outcome is Outcome.PASS for each in asked)
        if asked:
            words.append(f"{profile} {held}/{len(asked)}")
        else:
            words.append(f"{profile} {'not applicable' if not_claimed(profile, declined) is None else 'not claimed'}")
    return "[dim]" + "  ".join(words) + "[/]"


def _cut(text: str, limit: int = 600) -> str:
    first = text.strip().replace("\n", " ")
    return first if len(first) <= limit else f"{first[: limit - 1]}…"
