"""The attributes operation, translated into chat: a scoring request whose answer is JSON by its schema."""

from __future__ import annotations

from typing import Any

import orjson

from inferproof.document.contract import Contract
from inferproof.front.backend import Backend, Chat, Json
from inferproof.front.chat import complete
from inferproof.front.errors import Invalid, bad_gateway, detail
from inferproof.front.response import Handler, Response, Whole

# What is scored when the client names nothing. Ours: the document promises a default set and does not list it.
# Every category of the document has at least one.
DEFAULT_ATTRIBUTES: tuple[Json, ...] = (
    {"name": "Helpful", "definition": "Moves the user's request forward.", "categories": ["Assistant", "Execution"]},
    {"name": "Accurate", "definition": "States what is true and marks what is unsure.", "categories": ["IQ"]},
    {"name": "Clear", "definition": "Is easy to follow and no longer than needed.", "categories": ["Phrasing"]},
    {"name": "Empathic", "definition": "Shows that the user's feelings were understood.", "categories": ["EQ"]},
    {"name": "Warm", "definition": "Treats the user kindly.", "categories": ["Interpersonal"]},
    {
        "name": "Attentive",
        "definition": "Takes up what the user told of themselves.",
        "categories": ["Personal", "User"],
    },
    {"name": "Creative", "definition": "Offers something fresh.", "categories": ["Creativity"]},
    {"name": "Funny", "definition": "Is amusing where humour is welcome.", "categories": ["Humour"]},
    {
        "name": "Rude",
        "definition": "Insults or brushes off the user.",
        "categories": ["Assistant"],
        "positive": False,
    },
)

# A closed list keeps the answer short on any engine: the digits of a free number need not end.
SCORES = [step / 20 for step in range(21)]

CLOSING = "Score the last assistant message. Answer with JSON only."

# What may pass from the request to the engine. The rest of a chat request shapes the text (its length, form, stop
# strings, number of choices), and here the text is JSON of our own schema.
PASSED_ON = (
    "model",
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "seed",
    "user",
    "priority",
    "request_id",
    "cache_salt",
    "chat_template_kwargs",
    "timeout_sec",
)


def attributes(contract: Contract, backend: Backend) -> Handler:
    async def answer(body: Json, key: str | None) -> Response:
        asked = wanted(body)
        reply = await complete(backend, Chat(to_chat(body, asked), "attributes", key))
        require_scores(reply, asked)
        return Whole(reply)

    return answer


def wanted(body: Json) -> list[Json]:
    """The attributes to score: those given, else the default set, that have any of the categories to filter by.

    Without a filter, or with an empty one, all of them; an attribute without categories matches no filter. Of two
    with one name the later counts.
    """
    given = body.get("attributes") or DEFAULT_ATTRIBUTES
    categories = set(body.get("filter_categories") or ())
    matching = [one for one in given if not categories or categories.intersection(one.get("categories") or ())]
    return list({one["name"]: one for one in matching}.values())


def to_chat(body: Json, asked: list[Json]) -> Json:
    """The chat request that scores the final assistant message, which is its last message but one."""
    messages = _up_to_the_last_assistant(body["messages"])
    if not body.get("disable_attributes_prompt"):
        messages = _with_prompt(messages, scoring_prompt(asked))
    return {
        **{name: body[name] for name in PASSED_ON if name in body},
        "messages": [*messages, {"role": "user", "content": CLOSING}],
        "guided_json": scores_schema(asked),
        "guided_whitespace_pattern": "",
    }


def scoring_prompt(asked: list[Json]) -> str:
    """What the system message gains, unless the client disables it."""
    lines = [
        "Judge how strongly the last assistant message shows each attribute below, from 0 (not at all) to 1 (fully).",
        "Mark an attribute as positive where having it is good.",
    ]
    for one in asked:
        example = f" Example: {one['example']}" if one.get("example") else ""
        lines.append(f"- {one['name']}: {one['definition']}{example}")
    return "\n".join(lines)


def scores_schema(asked: list[Json]) -> Json:
    """The JSON Schema of `{"Name": {"score": 0.5, "positive": true}, …}` for exactly these attributes."""
    return _closed({one["name"]: {**_closed(_verdict(one)), "description": one["definition"]} for one in asked})


def require_scores(reply: Json, asked: list[Json]) -> None:
    """Raises Refusal 502 unless the first choice's content is the JSON that was asked for."""
    content = reply["choices"][0]["message"].get("content")
    try:
        scores = orjson.loads(content or "")
    except orjson.JSONDecodeError:
        raise bad_gateway("The engine did not answer with JSON when it was asked to score attributes.") from None
    if not isinstance(scores, dict) or set(scores) != {one["name"] for one in asked}:
        raise bad_gateway("The engine did not score exactly the attributes that it was asked for.")
    for one in asked:
        if not _is_verdict(scores[one["name"]], one.get("positive")):
            raise bad_gateway(f"The engine's verdict on the attribute {one['name']!r} has not the form asked for.")


def _up_to_the_last_assistant(messages: list[Json]) -> list[Json]:
    answers = [index for index, message in enumerate(messages) if message["role"] == "assistant"]
    if not answers:
        raise Invalid([detail(("body", "messages"), "There is no message of the assistant to score.", "contains")])
    return messages[: answers[-1] + 1]


def _with_prompt(messages: list[Json], prompt: str) -> list[Json]:
    first = messages[0]
    if first["role"] != "system":
        return [{"role": "system", "content": prompt}, *messages]
    content = first["content"]
    if isinstance(content, str):
        joined: Any = f"{content}\n\n{prompt}"
    else:
        joined = [*content, {"type": "text", "text": prompt}]
    return [{**first, "content": joined}, *messages[1:]]


def _verdict(one: Json) -> Json:
    positive: Json = {"type": "boolean"}
    if one.get("positive") is not None:
        positive["const"] = one["positive"]
    return {"score": {"type": "number", "enum": SCORES}, "positive": positive}


def _closed(properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _is_verdict(verdict: Any, positive: bool | None) -> bool:
    if not isinstance(verdict, dict) or set(verdict) != {"score", "positive"}:
        return False
    score = verdict["score"]
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        return False
    found = verdict["positive"]
    return isinstance(found, bool) and positive in (None, found)
