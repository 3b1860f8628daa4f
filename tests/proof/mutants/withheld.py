"""What no server owes: an answer that the model refuses (OpenAI's `refusal`), or that a filter takes away."""

from tests.proof.mutants import spares

OF_ONE = (
    "chat.reply.content",
    "sampling.echo",
    "structured-output.json-object",
    "structured-output.beside-tools",
    "structured-output.json-schema",
    "structured-output.guided-json",
    "structured-output.guided-choice",
    "structured-output.guided-regex",
    "structured-output.guided-grammar",
    "structured-output.structural-tag",
    "structured-output.whitespace",
    "structured-output.streamed",
    "tools.required",
    "tools.named",
    "tools.stream.call",
    "logprobs.tokens.text",
)
"""Rules that demand a text or a call of each answer."""

OF_THE_SECOND = ("stream.equal.content", "stream.equal.finish-reason", "reasoning.stream.equal")
OF_THE_THIRD = ("sampling.defaults", "sampling.temperature.zero", "sampling.stop.prefix", "tools.stream.equal")
OF_THE_FOURTH = ("stream.hang-up.text", "sampling.seed.zero")
"""Rules that compare answers, of which one is withheld."""


def _withheld(reply, finish_reason, **members):
    choices = reply.json["choices"]
    for choice in choices:
        choice.update(finish_reason=finish_reason)
        choice["message"] = {"role": "assistant", "content": None, **members}


def the_model_refuses(reply):
    _withheld(reply, "stop", refusal="I'm sorry, I can't help with that.")


def a_filter_takes_it_away(reply):
    _withheld(reply, "content_filter")


def _is(step):
    return lambda draft: step in (None, draft.step)


for _step, _ids in ((None, OF_ONE), (1, OF_THE_SECOND), (2, OF_THE_THIRD), (3, OF_THE_FOURTH)):
    for _id in _ids:
        spares(_id, where=_is(_step))(the_model_refuses)
        spares(_id, where=_is(_step))(a_filter_takes_it_away)
