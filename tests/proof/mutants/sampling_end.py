"""Servers whose answers end too early, or not where they should."""

from tests.proof.mutants import breaks, spares


def _says(reply, text):
    reply.json["choices"][0]["message"]["content"] = text


@breaks("sampling.stop")
def stop_is_ignored(reply):
    stop = reply.asked["stop"]
    _says(reply, f"It is {stop if isinstance(stop, str) else stop[-1]} and more.")


@breaks("sampling.stop.prefix", where=lambda draft: draft.step == 2)
def a_stop_takes_a_word_with_it(reply):
    _says(reply, reply.json["choices"][0]["message"]["content"][:-1] + "_")


@breaks("sampling.stop.prefix", where=lambda draft: draft.step == 3)
def a_stop_counts_as_the_cap(reply):
    reply.json["choices"][0]["finish_reason"] = "length"


@breaks("sampling.stop.included", where=lambda draft: draft.step == 2)
def a_stop_never_stays(reply):
    text = reply.json["choices"][0]["message"]["content"]
    _says(reply, text.removesuffix(reply.asked["stop"]))


@breaks("sampling.min-tokens")
def min_tokens_is_ignored(reply):
    reply.json["usage"]["completion_tokens"] = 2


@breaks("sampling.ignore-eos")
def the_end_is_the_end(reply):
    reply.json["choices"][0]["finish_reason"] = "stop"


@breaks("sampling.ignore-eos")
def the_answer_is_one_short(reply):
    reply.json["usage"]["completion_tokens"] -= 1


@spares("sampling.stop")
def there_is_no_content(reply):
    for choice in reply.json["choices"]:
        choice["message"]["content"] = None


def _kept_by(member):
    def edit(reply):
        reply.ask(**{member: True, "stop": ["e"]})
        reply.json["choices"][0]["message"]["content"] = "The end"

    edit.__name__ = f"{member}_keeps_the_stop"
    return edit


for _member in ("include_stop_str_in_output", "echo"):
    spares("sampling.stop")(_kept_by(_member))


@spares("sampling.stop.included")
def no_stop_is_in_the_text(reply):
    reply.json["choices"][0]["message"]["content"] = "0"


def _stands_in_the_reasoning(reply):
    """An engine looks for a stop in all that a model says, and finds it before the answer has begun."""
    message = reply.json["choices"][0]["message"]
    if reply.step < 2:
        message["reasoning_content"] = f"I could say: {message['content']}"
    else:
        message["content"] = ""


for _id in ("sampling.stop.prefix", "sampling.stop.included"):
    spares(_id)(_stands_in_the_reasoning)


@breaks("sampling.stop.prefix")
def it_reasons_of_something_else_and_ignores_the_stop(reply):
    message = reply.json["choices"][0]["message"]
    message["reasoning_content"] = "0"
    message["content"] += "_" * (reply.step == 2)


@spares("sampling.stop.prefix", where=lambda draft: draft.step > 1)
def blanks_before_a_stop_are_stripped(reply):
    _says(reply, reply.json["choices"][0]["message"]["content"].strip())


@spares("sampling.stop.prefix", where=lambda draft: draft.step > 1)
def blanks_before_a_stop_are_left(reply):
    _says(reply, reply.json["choices"][0]["message"]["content"].strip() + " ")
