"""The first target file, which `init` writes: what a server offers, with comments for a person to complete."""

from __future__ import annotations

import json
from collections.abc import Iterator
from textwrap import wrap

from inferproof.certify.certify import Certification
from inferproof.certify.models import listed
from inferproof.judge.capabilities import CAPABILITIES, CORE, OF_ROLE, not_claimed, profile_of
from inferproof.judge.judge import Judgement, Outcome

HEAD = """\
# What Inferproof should know of this server. `inferproof certify` reads this file where it finds it.
# Written by `inferproof init`; what is commented out is a suggestion, yours to decide."""


def target_file(seen: Certification, key_variable: str | None, contract: str | None = None) -> str:
    """The text of an `inferproof.toml`: what a run found, what it could not tell, what each capability means.

    `key_variable` is None for a server that wants no key, `contract` is how the user named it, if he did.
    """
    target = seen.result.target
    key = f"key_variable = {_toml(key_variable)}" if key_variable else '# key_variable = "INFERPROOF_API_KEY"'
    named = [f"contract = {_toml(contract)}"] if contract else []
    lines = [HEAD, "", *named, f"url = {_toml(target['url'])}", key, ""]
    if "key_header" in target:
        lines += ["[credentials]", f"header = {_toml(target['key_header'])}", ""]
    lines += ["[models]", *_models(seen), ""]
    lines += [
        "[limits]",
        "# concurrency = 8            # requests at a time",
        "# requests_per_minute = 100",
        "# patience = 30.0            # seconds of silence that end a request",
        "# total_seconds = 3600       # seconds that end a run, and a wait that the server asks for",
        "",
        "[budget]",
        "# requests = 1000            # no run starts that takes more",
        "# tokens = 100000            # of prompts, about, and of completions, at most",
        "# minutes = 20",
        "",
    ]
    whole, alone, open_ = _sorted(seen)
    lines += [
        '# A capability that is not mentioned is claimed. To give one up, say why: `name = "the reason"`.',
        "[capabilities]",
        *(f"# {_toml(name)} = {_toml(why)}" for name, why in _absent(seen).items()),
        *_names("All requirements hold of", whole),
        *_names("Nothing is asked by itself for", alone),
    ]
    for name, judgements in open_.items():
        lines += _open(name, CAPABILITIES.get(name, "a capability of this contract's own"), judgements)
    return "\n".join(lines) + "\n"


def in_brief(seen: Certification) -> str:
    """The models, and how many capabilities were seen whole, for one line."""
    whole, _, open_ = _sorted(seen)
    named = "".join(f"{kind} model {name}, " for kind, name in _used(seen).items())
    said = f"{named}{len(whole)} of {len(whole) + len(open_)} capabilities seen"
    if absent := _absent(seen):
        said += f", not there: {', '.join(absent)}"
    return said + (f", {len(open_)} to look at: {', '.join(open_)}" if open_ else "")


def _absent(seen: Certification) -> dict[str, str]:
    """What has no operation there, with the reason."""
    return {name: why for name, why in seen.result.target["declined"].items() if name in OF_ROLE.values()}


def _sorted(seen: Certification) -> tuple[list[str], list[str], dict[str, list[Judgement]]]:
    """The capabilities of which all holds, those of which nothing is asked, and the others with their judgements.

    Where nothing of a whole profile holds, it stands for all that is in it. The core is always claimed.
    """
    asked = [each for each in seen.result.judgements if each.outcome is not Outcome.NOT_APPLICABLE]
    failed = _without_a_pass(asked)
    whole, alone, open_ = [], [], {}
    for name in dict.fromkeys((*CAPABILITIES, *(each.requirement.claims for each in seen.result.judgements))):
        if not_claimed(name, _absent(seen)) is not None or (profile_of(name) in failed and name not in failed):
            continue
        mine = [each for each in asked if name in (each.requirement.claims, each.requirement.profile)]
        mine = [each for each in mine if name in failed or name == each.requirement.claims]
        if not mine:
            alone += [name] if name != CORE else []
        elif all(each.outcome is Outcome.PASS for each in mine):
            whole.append(name)
        else:
            open_[name] = mine
    return whole, alone, open_


def _without_a_pass(asked: list[Judgement]) -> set[str]:
    """The profiles but the core of which something fails and nothing holds."""
    profiles = {each.requirement.profile for each in asked if each.outcome is Outcome.FAIL} - {CORE}
    return profiles - {each.requirement.profile for each in asked if each.outcome is Outcome.PASS}


def _names(said: str, names: list[str]) -> list[str]:
    """A comment of whole lines that lists the names; nothing where there are none."""
    text = f"{said}: {', '.join(names)}"
    return wrap(text, 100, initial_indent="# ", subsequent_indent="#   ", break_on_hyphens=False) if names else []


def _models(seen: Certification) -> Iterator[str]:
    names = _listed(seen)
    if names:
        yield f"# discovery lists: {', '.join(names)}"
    for kind, name in _used(seen).items():
        yield f"{kind} = {_toml(name)}"


def _used(seen: Certification) -> dict[str, str]:
    """The models that the run named, by their kind."""
    models = seen.result.target["models"]
    kinds = ("chat",) if "embeddings" in _absent(seen) else ("chat", "embedding")
    return {kind: models[kind] for kind in kinds if models[kind]}


def _listed(seen: Certification) -> list[str]:
    lists = (listed(exchange) for exchange in seen.transcript.exchanges)
    return next(filter(None, lists), [])


def _open(name: str, meaning: str, judgements: list[Judgement]) -> Iterator[str]:
    """What the capability means, how far it was seen, and a line to give it up."""
    failed = sum(judgement.outcome is Outcome.FAIL for judgement in judgements)
    unseen = [judgement for judgement in judgements if judgement.outcome is Outcome.NOT_VERIFIED]
    yield f"# {name}: {meaning}"
    yield f"#   of {len(judgements)} requirements {failed} fail and {len(unseen)} could not be verified"
    if unseen:
        yield f"#   could not tell: {' '.join(unseen[0].reason.split())}"
    if name == CORE:
        yield "#   it cannot be given up; what fails of it may be known for a while: inferproof certify --write-known"
    else:
        yield f'# "{name}" = "why this server does not offer it"'


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
