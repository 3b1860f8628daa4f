"""Servers that break over a request, or do what it says."""

from tests.proof.mutants import breaks, spares


@breaks("security.nesting")
def its_parser_runs_out_of_stack(reply):
    reply.status = 500


@breaks("security.nesting", where=lambda draft: draft.step == 0)
def it_takes_any_depth(reply):
    reply.status = 200


@breaks("security.long-prompt")
def it_reads_the_end_only(reply):
    reply.status = 200
    reply.json = {"usage": {"prompt_tokens": 8192, "completion_tokens": 1, "total_tokens": 8193}}


@breaks("security.long-prompt")
def it_breaks_over_a_long_prompt(reply):
    reply.status = 500


@breaks("security.template")
def it_runs_the_template(reply):
    reply.status = 400
    reply.json = {"error": {"message": "inferproof-42000", "type": "BadRequestError"}}


@spares("security.nesting", where=lambda draft: b'"messages":[[' not in draft.request.body)
def a_deep_body_is_read_to_its_end(reply):
    reply.status = 200


@breaks("security.nesting")
def every_deep_body_is_served(reply):
    reply.status = 200
