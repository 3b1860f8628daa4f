"""Other models than the mock's: they count, reason and begin in their own way."""

from __future__ import annotations

import json
import time
from email.utils import formatdate
from typing import Any

from tests.proof.legal_servers import variant
from tests.proof.legal_servers.reply import Reply, completions, embeddings, native, whole_completions

SHAPED = (
    "tools",
    "response_format",
    "guided_json",
    "guided_choice",
    "guided_regex",
    "guided_grammar",
    "structural_tag",
)
"""Members that say what the text must be like."""

FOLLOWED = ("echo", "continue_final_message", "stop", "logprobs", "seed")
"""Members whose text is compared with other texts, so that one reply must not be changed alone."""

JSON_TEXT = ("guided_json", "response_format")


def free(reply: Reply) -> bool:
    """The model may say what it likes."""
    asked = reply.asked
    scores = "attributes" in reply.path
    return (
        completions(reply)
        and not scores
        and asked.get("temperature") != 0
        and not any(map(asked.get, (*SHAPED, *FOLLOWED)))
    )


def says_json(reply: Reply) -> bool:
    """The text has to be JSON, spaced as the model likes, and is all there; no tokens are told that would spell it."""
    return (
        whole_completions(reply)
        and not any(map(reply.asked.get, ("stop", "logprobs")))
        and any(map(reply.asked.get, JSON_TEXT))
        and reply.asked.get("guided_whitespace_pattern") is None
        and reply.json["choices"][0]["finish_reason"] == "stop"
        and (reply.json["choices"][0]["message"]["content"] or "").startswith("{")
    )


def messages(reply: Reply) -> list[Any]:
    """The message or the delta of each choice."""
    return [choice.get("message", choice.get("delta")) for value in reply.values for choice in value["choices"]]


def count(reply: Reply, more: int) -> None:
    """Add to the completion's tokens wherever they are told."""
    for value in reply.values:
        if usage := value.get("usage"):
            usage["completion_tokens"] += more
            usage["total_tokens"] += more


@variant(of=lambda reply: completions(reply) and reply.asked.get("logprobs") is None and _has_room(reply))
def the_end_token_counts(reply: Reply) -> None:
    """Each choice that ended by itself counts one token more, its end token."""
    ends = [choice.get("finish_reason") for value in reply.values for choice in value["choices"]]
    count(reply, ends.count("stop"))


def _has_room(reply: Reply) -> bool:
    """The cap allows another token."""
    cap = reply.asked.get("max_completion_tokens", reply.asked.get("max_tokens", 99))
    used = [value["usage"]["completion_tokens"] for value in reply.values if value.get("usage")]
    return cap is None or all(tokens < cap for tokens in used)


@variant(of=free)
def answers_begin_with_a_space(reply: Reply) -> None:
    """Every answer begins with a blank, as those of many tokenizers do."""
    begun = set()
    for value in reply.values:
        for choice in value["choices"]:
            message = choice.get("message", choice.get("delta"))
            if message.get("content") and choice["index"] not in begun:
                begun.add(choice["index"])
                message["content"] = " " + message["content"]


@variant(of=free)
def answers_have_every_script(reply: Reply) -> None:
    """Answers have accents, ideographs, emoji of several code points, and what reads from right to left."""
    for message in messages(reply):
        if message.get("content"):
            message["content"] = message["content"].replace(" ", " é漢👩‍🔬ש ")


@variant(of=says_json)
def constrained_json_is_indented(reply: Reply) -> None:
    """Where the text has to be JSON, it is indented and ends in a line break."""
    for message in messages(reply):
        message["content"] = json.dumps(json.loads(message["content"]), indent=2, ensure_ascii=False) + "\n"


@variant(of=lambda reply: completions(reply) and reply.asked.get("logprobs") is True)
def logprobs_tell_less(reply: Reply) -> None:
    """Tokens have neither `bytes` nor a list of alternatives where nobody asked for any."""
    for value in reply.values:
        for choice in value["choices"]:
            for token in (choice.get("logprobs") or {}).get("content") or ():
                for each in (token, *token["top_logprobs"]):
                    each["bytes"] = None
                if not token["top_logprobs"]:
                    del token["top_logprobs"]


@variant(of=lambda reply: completions(reply) and reply.asked.get("logprobs") is True)
def tokens_are_spelled_as_in_the_vocabulary(reply: Reply) -> None:
    """Tokens have `Ġ` for a space and `<0x65>` for a byte; their `bytes` say what they are."""
    for value in reply.values:
        for choice in value["choices"]:
            for token in (choice.get("logprobs") or {}).get("content") or ():
                for each in (token, *token["top_logprobs"]):
                    if not each["token"].startswith("token_id:"):
                        each["token"] = _as_in_the_vocabulary(each["token"])


def _as_in_the_vocabulary(token: str) -> str:
    return f"<0x{ord(token):02X}>" if len(token) == 1 and token.isascii() else token.replace(" ", "Ġ")


@variant(of=lambda reply: whole_completions(reply) and bool(reply.json.get("prompt_logprobs")))
def prompt_logprobs_are_those_of_the_question(reply: Reply) -> None:
    """Tokens of the template have no entry among those of the prompt."""
    del reply.json["prompt_logprobs"][:4]


def _spells_tokens(reply: Reply) -> bool:
    asked = reply.asked
    spelled = asked.get("logprobs") is True and not asked.get("return_tokens_as_token_ids")
    return completions(reply) and spelled and not asked.get("response_format")


@variant(of=lambda reply: _spells_tokens(reply) and bool(reply.asked.get("top_logprobs")))
def a_token_is_a_part_of_a_character(reply: Reply) -> None:
    """The last token is a part of a character, and nothing has `bytes`: a `\ufffd` stands for it in `token`."""
    choices = [choice for value in reply.values for choice in value["choices"]]
    for choice in choices:
        for token in (choice.get("logprobs") or {}).get("content") or []:
            for each in (token, *token["top_logprobs"]):
                each["bytes"] = None
    ends = [choice for choice in choices if (choice.get("logprobs") or {}).get("content")][-1:]
    for choice in ends:
        last, said = choice["logprobs"]["content"][-1], choice.get("message", choice.get("delta"))
        if said.get("content"):
            said["content"] = said["content"].removesuffix(last["token"]) + "灯"
            last["token"] = "\ufffd"


@variant(of=lambda reply: completions(reply) and bool(reply.asked.get("top_logprobs")))
def the_server_has_a_penalty_of_its_own(reply: Reply) -> None:
    """Log probabilities are those before a penalty of the server's own, which turns every third token."""
    found = [
        entry
        for value in reply.values
        for choice in value["choices"]
        for entry in (choice.get("logprobs") or {}).get("content") or []
    ]
    for entry in found[2::3]:
        entry["logprob"] -= 1
        entry["top_logprobs"] = [{**entry["top_logprobs"][0], "token": " once", "bytes": list(b" once")}]


@variant(of=lambda reply: whole_completions(reply) and _ends_at_once(reply.asked))
def some_answers_end_at_once(reply: Reply) -> None:
    """Where the cap is one or two tokens, or tokens to stop at are named, nothing is said."""
    for message in messages(reply):
        message["content"] = ""


def _ends_at_once(asked: dict[str, Any]) -> bool:
    cap = asked.get("max_completion_tokens") or asked.get("max_tokens") or 99
    return (cap <= 2 or bool(asked.get("stop_token_ids"))) and not asked.get("tools")


@variant(of=lambda reply: completions(reply) and free(reply))
def texts_have_html(reply: Reply) -> None:
    """Texts have words that are struck out, and pipes in angle brackets."""
    for message in messages(reply):
        if message.get("content"):
            message["content"] = message["content"].replace(" ", " <s>or</s> <|> ")


@variant(of=lambda reply: reply.streamed and completions(reply) and free_to_sample(reply))
def streams_sample_otherwise(reply: Reply) -> None:
    """A seed brings another answer in a stream than without, and the same in each stream."""
    for message in messages(reply):
        if message.get("content"):
            message["content"] = message["content"].swapcase()


def free_to_sample(reply: Reply) -> bool:
    return reply.asked.get("temperature") == 1 and bool(reply.asked.get("seed"))


@variant(of=lambda reply: whole_completions(reply) and free_to_sample(reply))
class ADigitTurnsOneAnswer:
    """One of the first answers with a seed is turned by the last digit of a sum."""

    def __init__(self) -> None:
        self._served = 0

    def __call__(self, reply: Reply) -> None:
        self._served += 1
        if self._served == 2:
            for message in messages(reply):
                message["content"] = f"{message['content']} Or not."


@variant(of=lambda reply: whole_completions(reply) and bool(reply.asked.get("tools")) and _cuts_a_call(reply))
def calls_that_are_cut_are_left_out(reply: Reply) -> None:
    """A call that the cap has cut is left out: there is neither text nor call, and the reason is `length`."""
    for message in messages(reply):
        message.pop("tool_calls", None)
        message["content"] = None


def _cuts_a_call(reply: Reply) -> bool:
    return any(choice["finish_reason"] == "length" for choice in reply.json["choices"])


@variant(of=lambda reply: whole_completions(reply) and bool(reply.json.get("prompt_logprobs")))
def prompt_logprobs_tell_less(reply: Reply) -> None:
    """Tokens of the prompt have no rank, and null for their text."""
    for tokens in reply.json["prompt_logprobs"][1:]:
        for token in tokens.values():
            token.pop("rank", None)
            token["decoded_token"] = None


@variant(of=lambda reply: completions(reply) or embeddings(reply) or native(reply))
def the_clock_is_slow(reply: Reply) -> None:
    """The server's clock is three hours behind, by which it dates its replies, too."""
    reply.header("date", formatdate(time.time() - 3 * 60 * 60, usegmt=True))
    for value in reply.values:
        if "created" in value:
            value["created"] -= 3 * 60 * 60


@variant(of=lambda reply: free(reply) and _cap(reply) is not None)
def reasoning_takes_all_there_is(reply: Reply) -> None:
    """The model is not done with reasoning when the cap is reached: there is no content, and the reason is `length`."""
    for message in messages(reply):
        if message.get("content"):
            message["reasoning_content"] = message["content"]
        if "content" in message:
            message["content"] = None
    for value in reply.values:
        for choice in value["choices"]:
            if choice.get("finish_reason"):
                choice["finish_reason"] = "length"
        if usage := value.get("usage"):
            usage["completion_tokens"] = _cap(reply) * (reply.asked.get("n") or 1)
            usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]


def _cap(reply: Reply) -> Any:
    return reply.asked.get("max_completion_tokens") or reply.asked.get("max_tokens")
