"""Servers that ignore constraints in silence, refuse them, or nearly obey them."""

import json

from tests.proof.mutants import breaks, spares

PROSE = "Yes, it is."


def _says(reply, text, finish_reason="stop"):
    reply.json["choices"][0]["message"]["content"] = text
    reply.json["choices"][0]["finish_reason"] = finish_reason


@breaks("structured-output.json-object")
def json_object_is_ignored(reply):
    _says(reply, PROSE)


@breaks("structured-output.json-object")
def the_object_is_fenced(reply):
    _says(reply, '```json\n{"answer": "yes"}\n```')


@breaks("structured-output.json-object")
def the_object_is_a_list(reply):
    _says(reply, '["yes"]')


@breaks("structured-output.json-object", where=lambda draft: draft.on_the_other_path)
def json_object_is_refused_on_one_path(reply):
    reply.status = 400


@breaks("structured-output.json-schema")
def json_schema_is_taken_for_json_object(reply):
    _says(reply, '{"answer": "yes"}')


@breaks("structured-output.guided-json", where=lambda draft: draft.step == 0)
def guided_json_is_ignored(reply):
    _says(reply, PROSE)


@breaks("structured-output.guided-json", where=lambda draft: draft.step == 1)
def guided_json_as_text_is_ignored_until_the_cap(reply):
    _says(reply, PROSE, "length")


@breaks("structured-output.guided-choice")
def guided_choice_is_ignored(reply):
    _says(reply, PROSE)


@breaks("structured-output.guided-choice")
def guided_choice_is_ignored_until_the_cap(reply):
    _says(reply, PROSE, "length")


@breaks("structured-output.guided-choice")
def the_choice_is_quoted(reply):
    _says(reply, f'"{reply.asked["guided_choice"][0]}"')


@breaks("structured-output.guided-regex")
def the_pattern_is_searched_for(reply):
    _says(reply, "It is ABC-0123.")


@breaks("structured-output.guided-regex")
def the_pattern_is_ignored_until_the_cap(reply):
    _says(reply, "ABCDEF", "length")


@breaks("structured-output.guided-regex")
def the_pattern_is_refused(reply):
    reply.status = 422


@breaks("structured-output.guided-grammar")
def the_grammar_is_ignored(reply):
    _says(reply, PROSE)


@breaks("structured-output.structural-tag")
def tags_are_ignored(reply):
    _says(reply, PROSE)


@breaks("structured-output.structural-tag")
def the_end_of_a_tag_is_missing(reply):
    _says(reply, 'Ye"ja" it is.')


@breaks("structured-output.whitespace")
def whitespace_is_as_ever(reply):
    text = reply.json["choices"][0]["message"]["content"]
    _says(reply, text.replace(":", ": "))


@breaks("structured-output.streamed")
def characters_break_between_chunks(reply):
    chunk = next(chunk for chunk in reply.chunks if chunk["choices"][0]["delta"].get("content"))
    delta = chunk["choices"][0]["delta"]
    delta["content"] = "\ufffd" + delta["content"][1:]


@breaks("structured-output.schema.missing", where=lambda draft: draft.step == 1)
def a_missing_schema_is_no_matter(reply):
    reply.status = 200


@breaks("structured-output.exclusive")
def the_second_constraint_is_ignored(reply):
    reply.status = 200


@breaks("structured-output.invalid.refused", where=lambda draft: draft.asked.get("guided_choice") == "ja")
def a_choice_may_be_text(reply):
    reply.status = 200


SPECIAL = {"type": "string", "pattern": "[a-z]"}

TAG = {"structures": [{"begin": "<a>", "schema": {"type": "object"}, "end": "</a>"}], "triggers": ["<"]}


@spares("structured-output.json-schema")
def a_special_schema_is_refused(reply):
    format = {"type": "json_schema", "json_schema": {"name": "n", "schema": SPECIAL}}
    reply.ask(response_format=format)
    reply.status = 400


def _plain_schema(name, schema):
    def edit(reply):
        reply.ask(guided_json=schema)
        reply.status = 400

    edit.__name__ = f"a_plain_schema_with_{name}_is_refused"
    return edit


PLAIN_SCHEMAS = {
    "type": {"type": "object"},
    "properties": {"type": "object", "properties": {"a": {"type": "string"}}},
    "required": {"type": "object", "required": ["a"]},
    "additionalProperties": {"type": "object", "additionalProperties": False},
    "enum": {"enum": ["a"]},
    "items": {"type": "array", "items": {"type": "string"}},
    "const": {"const": 1},
    "true": {"type": "object", "properties": {"a": True}},
}

for _name, _schema in PLAIN_SCHEMAS.items():
    breaks("structured-output.guided-json")(_plain_schema(_name, _schema))

SPECIAL_SCHEMAS = {
    "a special member": {"type": "object", "properties": {"a": SPECIAL}},
    "special items": {"type": "array", "items": SPECIAL},
    "properties that are none": {"type": "object", "properties": [1]},
}
for _name, _schema in SPECIAL_SCHEMAS.items():
    spares("structured-output.guided-json")(_plain_schema(_name.replace(" ", "_"), _schema))


@breaks("structured-output.guided-json")
def the_schema_is_not_obeyed(reply):
    reply.ask(guided_json={"type": "object", "required": ["a"]})
    _says(reply, "{}")


@spares("structured-output.guided-json")
def the_guide_is_no_json(reply):
    reply.ask(guided_json="{{")
    _says(reply, PROSE)


@spares("structured-output.guided-json")
def the_object_is_cut_short(reply):
    _says(reply, '{"', "length")


@breaks("structured-output.guided-json")
def it_begins_as_no_object(reply):
    reply.ask(guided_json={"type": "object"})
    _says(reply, PROSE, "length")


@spares("structured-output.guided-json")
def what_is_no_object_is_cut_short(reply):
    reply.ask(guided_json={"type": "array"})
    _says(reply, "[", "length")


@spares("structured-output.json-object")
def a_number_is_too_long_to_read(reply):
    _says(reply, '{"a": ' + "1" * 5000 + "}")


@spares("structured-output.guided-regex")
def the_pattern_is_none(reply):
    reply.ask(guided_regex="[z-a]")
    _says(reply, PROSE)


@breaks("structured-output.guided-regex", where=lambda draft: draft.asked.get("stream") is True)
def the_pattern_is_refused_in_a_stream(reply):
    reply.status = 400


def _tagged(text, finish_reason="stop", tag=TAG):
    def edit(reply):
        reply.ask(structural_tag=json.dumps(tag))
        _says(reply, text, finish_reason)

    return edit


@spares("structured-output.structural-tag")
def the_json_in_a_tag_is_cut_short(reply):
    _tagged('<a>{"b', "length")(reply)


@spares("structured-output.structural-tag")
def the_end_of_a_tag_is_cut_short(reply):
    _tagged("<a>{}</", "length")(reply)


@breaks("structured-output.structural-tag")
def a_cut_end_is_no_end(reply):
    _tagged("<a>{}<b", "length")(reply)


@breaks("structured-output.structural-tag")
def a_tag_has_another_value(reply):
    _tagged("<a>1</a>")(reply)


@spares("structured-output.structural-tag")
def a_tag_begins_everywhere(reply):
    _tagged(PROSE, tag={"structures": [{"begin": "", "schema": {}, "end": ""}]})(reply)


def _two(one, other):
    def edit(reply):
        reply.ask(only=("model", "messages"), **{name: GUIDES[name] for name in (one, other)})
        reply.status = 200

    edit.__name__ = f"{one}_beside_{other}_is_ignored"
    return edit


GUIDES = {
    "guided_json": {"type": "object"},
    "guided_regex": "[a-c]",
    "guided_choice": ["a"],
    "guided_grammar": 'root ::= "a"',
    "structural_tag": json.dumps(TAG),
}
for _one in GUIDES:
    for _other in GUIDES:
        if _one < _other:
            breaks("structured-output.exclusive")(_two(_one, _other))


@spares("structured-output.structural-tag")
def the_tags_are_no_json(reply):
    reply.ask(structural_tag="{{")
    _says(reply, PROSE)


@breaks("structured-output.json-schema")
def a_special_schema_is_taken_and_not_obeyed(reply):
    format = {"type": "json_schema", "json_schema": {"name": "n", "schema": SPECIAL}}
    reply.ask(response_format=format)
    _says(reply, "1")


@breaks("structured-output.json-object")
def json_object_is_ignored_until_the_cap(reply):
    _says(reply, PROSE, "length")


@spares("structured-output.whitespace")
def a_string_is_not_closed(reply):
    _says(reply, '{"' + '\\"' * 300_000 + " a b", "length")


@breaks("structured-output.beside-tools")
def tools_win(reply):
    _says(reply, PROSE)


@breaks("structured-output.beside-tools")
def tools_win_until_the_cap(reply):
    _says(reply, PROSE, "length")


@breaks("structured-output.beside-tools", where=lambda draft: draft.asked.get("stream") is True)
def tools_win_in_a_stream(reply):
    _says(reply, "[]")


@spares("structured-output.beside-tools")
def a_tool_is_called_all_the_same(reply):
    call = {"id": "call_1", "type": "function", "function": {"name": "switch", "arguments": '{"to": "on"}'}}
    reply.json["choices"][0]["message"] = {"role": "assistant", "content": "", "tool_calls": [call]}


@breaks("structured-output.json-object", where=lambda draft: draft.asked.get("stream") is True)
def json_is_a_wish_in_a_stream(reply):
    _says(reply, PROSE)
