"""Servers that leave marks of their templates in the text."""

from tests.proof.mutants import breaks, spares


def _streamed(draft):
    return bool(draft.asked.get("stream")) or draft.role == "chat.legacy.stream"


def _whole(draft):
    return not _streamed(draft)


def _ends_with(reply, mark):
    """The mark comes at the end of the text; in a stream of chat, in two pieces."""
    if reply.role.startswith("chat.legacy"):
        reply.json["text"] += mark
    elif _whole(reply):
        for choice in reply.json["choices"]:
            choice["message"]["content"] = (choice["message"].get("content") or "") + mark
    else:
        spoken = [chunk["choices"][0]["delta"] for chunk in reply.chunks if chunk["choices"]]
        spoken[0]["content"] = (spoken[0].get("content") or "") + mark[:3]
        spoken[1]["content"] = mark[3:] + (spoken[1].get("content") or "")


def _leaves(mark):
    def edit(reply):
        _ends_with(reply, mark)

    edit.__name__ = "it_leaves_" + "".join(
        filter(str.isalnum, mark.lower().replace("\uff5c", "wide").replace("/", "end"))
    )
    return edit


for _mark in (
    "<|im_end|>",
    "<|eot_id|>",
    "<\uff5cend\u2581of\u2581sentence\uff5c>",
    "<end_of_turn>",
    "[INST]",
    "<eos>",
):
    breaks("chat.reply.marks", where=_whole)(_leaves(_mark))
breaks("chat.reply.marks", where=_streamed)(_leaves("<|im_end|>"))
breaks("chat.reply.marks", where=_whole)(_leaves("</s>"))


@breaks("legacy.reply.marks", where=_whole)
def a_native_reply_has_the_end_of_a_turn(reply):
    _ends_with(reply, "<|eot_id|>")


@breaks("legacy.reply.marks", where=_streamed)
def a_native_stream_has_the_end_of_a_turn(reply):
    _ends_with(reply, "<|eot_id|>")


@breaks("chat.reply.marks", where=_whole)
def a_text_begins_with_a_mark(reply):
    reply.json["choices"][0]["message"]["content"] = "<s> Hello."


@breaks("chat.reply.marks", where=_whole)
def some_of_the_reasoning_stays(reply):
    reply.json["choices"][0]["message"].update(reasoning_content="Let me see.", content="see.</think> Hello.")


@spares("chat.reply.marks", where=_whole)
def html_is_struck_out(reply):
    reply.json["choices"][0]["message"]["content"] = "It is <s>blue</s> green, a |> b <| c, and a <| b |> c."


@spares("chat.reply.marks", where=_whole)
def nobody_takes_reasoning_out(reply):
    reply.json["choices"][0]["message"].update(reasoning_content=None, content="<think>Hm.</think> Hello.")


@spares("chat.reply.marks", where=_whole)
def special_tokens_are_asked_for(reply):
    reply.ask(skip_special_tokens=False)
    _ends_with(reply, "<|im_end|>")


@spares("chat.reply.marks", where=_whole)
def the_question_is_about_a_mark(reply):
    reply.ask(messages=[{"role": "user", "content": "What does <|im_end|> mean?"}])
    _ends_with(reply, "<|im_end|>")


@spares("chat.reply.marks", where=_whole)
def there_is_no_content(reply):
    reply.json["choices"][0]["message"]["content"] = None


def _is_called(draft):
    return _whole(draft) and draft.json["choices"][0]["finish_reason"] != "length"


@breaks("tools.call.marks", where=_is_called)
def a_call_stays_in_the_text(reply):
    reply.json["choices"][0]["message"]["content"] = '<tool_call>\n{"name": "switch"}\n</tool_call>'


@breaks("tools.call.marks", where=lambda draft: _streamed(draft) and draft.asked["max_tokens"] > 20)
def a_call_stays_in_the_text_of_a_stream(reply):
    _ends_with(reply, "[TOOL_CALLS]")


@spares("tools.call.marks", where=_is_called)
def a_call_that_was_cut_is_a_text(reply):
    reply.json["choices"][0]["finish_reason"] = "length"
    _ends_with(reply, "<tool_call>")


@spares("tools.call.marks", where=_is_called)
def the_tools_are_about_marks(reply):
    reply.ask(messages=[{"role": "user", "content": "Which one is right, <tool_call> or <function_call>?"}])
    _ends_with(reply, "<tool_call>")
