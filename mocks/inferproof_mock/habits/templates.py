"""Templates: how a model's own prompt puts a conversation, and what therefore cannot be said in it."""

from __future__ import annotations

from inferproof_mock.habits.exchange import Asked
from inferproof_mock.habits.habit import CHATS, TALKS, refuses

UNSAYABLE = 400
"""The request is as the document has it, and the template raises an exception: engines answer so."""

DOCUMENTED = frozenset({"developer", "system", "user", "assistant", "tool", "function"})


@refuses(*TALKS, at="messages", status=UNSAYABLE, open=("equivalence.legacy.text",))
def no_system_role(asked: Asked) -> str | None:
    """A `system` message is refused, and a `developer` message too.

    Allowed: templates of some models have no such role and raise an exception (project: it is the template's).
    """
    return "System role not supported" if {"system", "developer"} & set(map(str, asked.roles)) else None


@refuses(*TALKS, at="messages", status=UNSAYABLE)
def no_developer_role(asked: Asked) -> str | None:
    """A `developer` message is refused.

    Allowed: the role is OpenAI's name for `system` in its newer models; older templates lack it (project).
    """
    return "Unknown role: developer" if "developer" in asked.roles else None


@refuses(*TALKS, at="messages", status=UNSAYABLE)
def no_role_of_ones_own(asked: Asked) -> str | None:
    """A message of a role that is not OpenAI's is refused.

    Allowed: a template knows its own roles only (project: it is the template's).
    """
    return "Unknown role" if not set(map(str, asked.roles)) <= DOCUMENTED else None


@refuses(*TALKS, at="messages", status=UNSAYABLE)
def no_function_role(asked: Asked) -> str | None:
    """A `function` message is refused.

    Allowed: OpenAI has replaced the role by `tool`, and templates do not know it (project: it is the template's).
    """
    return "Unknown role: function" if "function" in asked.roles else None


@refuses(*TALKS, at="messages", status=UNSAYABLE)
def system_comes_first(asked: Asked) -> str | None:
    """A `system` message that is not the first is refused.

    Allowed: stock templates raise an exception for it (project: it is the template's).
    """
    late = {"system", "developer"} & set(map(str, asked.roles[1:]))
    return "System message must be at the beginning." if late else None


@refuses(*TALKS, at="messages", status=UNSAYABLE)
def roles_take_turns(asked: Asked) -> str | None:
    """After the system message, `user` and `assistant` have to alternate, and a `user` begins.

    Allowed: stock templates raise an exception for anything else (project: it is the template's).
    """
    said = [role for role in asked.roles if role in ("user", "assistant")]
    turns = all(role == ("user", "assistant")[place % 2] for place, role in enumerate(said))
    return None if turns else "Conversation roles must alternate user/assistant/user/assistant/..."


@refuses(*TALKS, at="messages", status=UNSAYABLE)
def messages_say_something(asked: Asked) -> str | None:
    """A message whose content is empty or blank is refused, but for one that calls tools.

    Allowed: there is nothing to read; hosted models refuse it (project).
    """
    silent = [each for each in asked.messages if not _calls(each) and _blank(each.get("content"))]
    return "messages must have non-empty content" if silent else None


def _calls(message: dict[str, object]) -> bool:
    return bool(message.get("tool_calls") or message.get("function_call"))


def _blank(content: object) -> bool:
    return content is None or content == [] or (isinstance(content, str) and not content.strip())


@refuses(*CHATS, at="messages", status=UNSAYABLE, declines=("sampling.continue", "sampling.echo"))
def no_prefill(asked: Asked) -> str | None:
    """A conversation that ends with the assistant is refused.

    Allowed: the target declines `sampling.continue` and `sampling.echo`; templates open the model's turn themselves.
    """
    return "the last message must be the user's" if asked.roles[-1:] == ["assistant"] else None


@refuses(*TALKS, at="messages", status=UNSAYABLE)
def results_follow_their_call(asked: Asked) -> str | None:
    """A `tool` message without a call of its `tool_call_id` before it is refused.

    Allowed: OpenAI defines it as the answer to a call in the message before, and refuses others.
    """
    made: set[object] = set()
    for message in asked.messages:
        calls = message.get("tool_calls")
        made |= {each.get("id") for each in calls if isinstance(each, dict)} if isinstance(calls, list) else set()
        if message.get("role") == "tool" and message.get("tool_call_id") not in made:
            return "a tool message must follow its call"
    return None


@refuses(*TALKS, at="messages", status=UNSAYABLE)
def calls_get_their_results(asked: Asked) -> str | None:
    """A call in the history that no `tool` message answers is refused.

    Allowed: OpenAI defines that an assistant's calls are followed by a tool message for each, and refuses others.
    """
    answered = {message.get("tool_call_id") for message in asked.messages}
    for message in asked.messages:
        calls = message.get("tool_calls")
        if isinstance(calls, list) and not {each.get("id") for each in calls if isinstance(each, dict)} <= answered:
            return "each call needs its tool message"
    return None


@refuses(*CHATS, at="messages", status=UNSAYABLE)
def no_custom_calls(asked: Asked) -> str | None:
    """A call of a `custom` tool in the history is refused.

    Allowed: templates write calls of functions only; vLLM refuses these (project: it is the template's).
    """
    lists = [message.get("tool_calls") for message in asked.messages]
    calls = [call for each in lists if isinstance(each, list) for call in each if isinstance(call, dict)]
    return "calls must be of type function" if any(call.get("type") == "custom" for call in calls) else None


@refuses(*TALKS, at="messages", status=UNSAYABLE)
def a_person_speaks(asked: Asked) -> str | None:
    """A conversation without a `user` message is refused.

    Allowed: stock templates raise an exception where nobody asks anything (project: it is the template's).
    """
    return "No user query found in messages." if asked.roles and "user" not in asked.roles else None


@refuses("chat.legacy", "chat.legacy.stream", at="context", status=UNSAYABLE)
def a_person_speaks_last(asked: Asked) -> str | None:
    """A context that does not end with a person's turn or a tool's is refused.

    Allowed: the turn that is answered is the last one (project: it is the template's).
    """
    turns = asked.get("context")
    last = turns[-1] if isinstance(turns, list) and turns else None
    wrong = isinstance(last, dict) and last.get("type") not in ("Human", "Tool")
    return "the last turn must be a person's" if wrong else None
