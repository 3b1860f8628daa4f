"""Servers that lose a request on the way, or run what it brings."""

from tests.proof.mutants import answered, breaks, spares


@breaks("sampling.request-id")
def the_request_id_is_dropped(reply):
    reply.json["id"] = "chatcmpl-1"
    for name in [name for name, value in reply.headers.items() if reply.asked["request_id"] in value]:
        reply.header(name, None)


@breaks("sampling.cache-salt.empty")
def an_empty_salt_is_taken(reply):
    reply.status = 200


@breaks("sampling.priority.zero")
def priorities_are_unknown(reply):
    reply.status = 422


@breaks("sampling.priority.other")
def another_priority_crashes_it(reply):
    reply.status = 500


@breaks("sampling.logits-processors")
def the_constructor_is_called(reply):
    reply.json = {"error": {"message": "invalid literal for int() with base 10: 'x'", "type": "bad_request"}}


@breaks("sampling.logits-processors.invalid")
def any_constructor_will_do(reply):
    reply.status = 200


@breaks("sampling.generation-prompt", where=lambda draft: draft.step == 1)
def a_generation_prompt_is_added_when_unwanted(reply):
    reply.json["usage"]["prompt_tokens"] += 20


@breaks("sampling.special-tokens", where=lambda draft: draft.step == 2)
def special_tokens_replace_others(reply):
    reply.json["usage"]["prompt_tokens"] -= 10


@breaks("sampling.truncate")
def the_whole_prompt_is_read(reply):
    reply.json["usage"]["prompt_tokens"] = 63


@breaks("sampling.truncate")
def truncating_crashes_it(reply):
    reply.status = 500


@breaks("sampling.timeout")
def a_timeout_is_a_crash(reply):
    reply.status = 500


for _code in (200, 408, 504):
    spares("sampling.timeout")(answered(_code))
