"""Servers that stumble over what the path for OpenAI clients does not support."""

from tests.proof.mutants import answered, breaks, spares


@breaks("chat.openai-path.unsupported", where=lambda draft: "functions" in draft.asked)
def functions_crash_it(reply):
    reply.status = 500


@breaks("chat.openai-path.n")
def there_are_two_choices(reply):
    reply.json["choices"] = [{**reply.json["choices"][0], "index": index} for index in range(2)]


@breaks("chat.openai-path.logprobs", where=lambda draft: bool(draft.asked.get("logprobs")))
def logprobs_slip_through(reply):
    reply.json["choices"][0]["logprobs"] = {"content": []}


@breaks("chat.openai-path.core")
def usage_is_missing(reply):
    del reply.json["usage"]


@breaks("chat.openai-path.web-search")
def the_vendors_member_is_refused(reply):
    reply.status = 422


for _code in (502, 503, 504):
    spares("chat.openai-path.unsupported")(answered(_code))


@spares("chat.openai-path.n")
def n_is_refused_there(reply):
    reply.status = 400
    reply.json = {"error": {"message": "n is not supported"}}


def _asked_for(member):
    def edit(reply):
        reply.ask(only=("model", "messages"), **{member: None})
        reply.status = 500

    edit.__name__ = f"{member}_crashes_it"
    return edit


for _member in ("functions", "function_call", "n", "presence_penalty", "frequency_penalty", "logit_bias", "user"):
    breaks("chat.openai-path.unsupported")(_asked_for(_member))
