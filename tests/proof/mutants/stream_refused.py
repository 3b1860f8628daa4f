"""Servers that begin a stream before they know whether they can answer."""

from tests.proof.mutants import breaks, framed, spares


def _is_streamed(draft):
    return draft.asked.get("stream") is True


@breaks("stream.refused", where=_is_streamed)
def the_engine_refuses_in_an_event(reply):
    reply.status = 200
    reply.header("content-type", "text/event-stream")
    reply.body = framed(['{"error": {"message": "no such model", "type": "invalid_request_error"}}'])


@breaks("stream.refused", where=lambda draft: _is_streamed(draft) and draft.on_the_other_path)
def it_is_a_failure_in_a_stream(reply):
    reply.status = 500


@breaks("stream.refused", where=_is_streamed)
def it_is_another_refusal_in_a_stream(reply):
    reply.status = 418


@spares("stream.refused", where=lambda draft: not _is_streamed(draft))
def whole_it_is_not_refused(reply):
    reply.status = 200
