"""Servers that ignore constraints in silence, refuse them, or nearly obey them."""

from tests.mutants import breaks

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


@breaks("structured-output.json-object", where=lambda draft: draft.role == "chat.openai-path")
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
def there_is_whitespace(reply):
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
