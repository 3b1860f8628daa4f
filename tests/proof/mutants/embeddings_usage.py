"""Servers that count a text for more, or for less, than it has."""

from tests.proof.mutants import breaks, spares


@breaks("embeddings.usage.total")
def the_vector_is_counted_as_completion(reply):
    reply.json["usage"].update(completion_tokens=1, total_tokens=reply.json["usage"]["prompt_tokens"] + 1)


@breaks("embeddings.usage.counted")
def usage_is_empty(reply):
    reply.json["usage"] = {}


@breaks("embeddings.usage.positive")
def nothing_is_counted(reply):
    reply.json["usage"].update(prompt_tokens=0, total_tokens=0)


@breaks("embeddings.usage.encoding", where=lambda draft: draft.asked.get("encoding_format") == "base64")
def base64_is_not_counted(reply):
    reply.json["usage"]["prompt_tokens"] = 0


@breaks("embeddings.usage.sum", where=lambda draft: isinstance(draft.asked["input"], list))
def only_the_first_text_is_counted(reply):
    reply.json["usage"]["prompt_tokens"] = 1


@breaks("embeddings.usage.truncated")
def the_whole_text_is_read(reply):
    reply.json["usage"].update(prompt_tokens=21, total_tokens=21)


@breaks("embeddings.usage.total")
def an_embedding_completes_something(reply):
    reply.json["usage"]["completion_tokens"] = 1


@spares("embeddings.usage.truncated")
def nothing_is_cut(reply):
    reply.ask(input="")
    reply.json["usage"]["prompt_tokens"] = 0
