"""A first look at a server: what it offers, as a target file with comments for a person to complete."""

from __future__ import annotations

import json
from collections.abc import Iterator

from inferproof.certify.certify import Certification
from inferproof.requirements.capabilities import CAPABILITIES
from inferproof.requirements.judge import Judgement, Outcome
from inferproof.wire.exchange import NotJson

HEAD = """\
# What Inferproof should know of this server. `inferproof certify` reads this file where it finds it.
# Written by `inferproof init`; what is commented out is a suggestion, yours to decide."""


def target_file(seen: Certification, key_variable: str | None) -> str:
    """The text of an `inferproof.toml`: what a run found, what it could not tell, what each capability means.

    `key_variable` is None for a server that wants no key.
    """
    target = seen.result.target
    key = f"key_variable = {_toml(key_variable)}" if key_variable else '# key_variable = "INFERPROOF_API_KEY"'
    lines = [HEAD, "", f"url = {_toml(target['url'])}", key, ""]
    lines += ["[models]", *_models(seen), ""]
    lines += [
        "[limits]",
        "# concurrency = 8            # requests at a time",
        "# requests_per_minute = 100",
        "# patience = 30.0            # seconds of silence that end a request",
        "# total_seconds = 3600       # seconds that end a run",
        "",
    ]
    lines += [
        '# A capability that is not mentioned is claimed. To give one up, say why: `name = "the reason"`.',
        "[capabilities]",
    ]
    for name, meaning in CAPABILITIES.items():
        mine = [each for each in seen.result.judgements if each.requirement.claims == name]
        lines += _capability(name, meaning, mine)
    return "\n".join(lines) + "\n"


def _models(seen: Certification) -> Iterator[str]:
    target = seen.result.target
    listed = _listed(seen)
    if listed:
        yield f"# discovery lists: {', '.join(listed)}"
    else:
        yield "# discovery lists no model; this is the documented one"
    yield f"chat = {_toml(target['models']['chat'])}"
    yield f"embedding = {_toml(target['models']['embedding'])}"


def _listed(seen: Certification) -> list[str]:
    for exchange in seen.transcript.exchanges:
        if exchange.role == "configs" and exchange.reply is not None and exchange.reply.status == 200:
            try:
                return [str(config["name"]) for config in exchange.reply.json]
            except (NotJson, LookupError, TypeError):
                return []
    return []


def _capability(name: str, meaning: str, judgements: list[Judgement]) -> Iterator[str]:
    """What it means and what was seen, and a line to give it up where the server seems not to have it."""
    outcomes = {judgement.outcome for judgement in judgements}
    yield f"# {name}: {meaning}"
    if not judgements:
        yield "#   nothing is asked for it by itself"
    elif outcomes == {Outcome.PASS}:
        yield f"#   seen: all {len(judgements)} of its requirements hold"
    else:
        failed = sum(judgement.outcome is Outcome.FAIL for judgement in judgements)
        open_ = [judgement for judgement in judgements if judgement.outcome is Outcome.NOT_VERIFIED]
        yield f"#   of {len(judgements)} requirements {failed} fail and {len(open_)} could not be verified"
        if open_:
            yield f"#   could not tell: {open_[0].reason}"
        yield f'# "{name}" = "why this server does not offer it"'


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
