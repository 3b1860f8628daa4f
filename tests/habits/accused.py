"""Habits that the judge still accuses, each with what it says wrongly. Who mends the judge removes the line.

The tests of these are expected to fail, strictly: one that passes and is still listed fails.
"""

from __future__ import annotations

ACCUSED: dict[str, str] = {
    "a-missing-key-is-unprocessable": "auth.missing.refused",
    "an-empty-list-is-no-tools": "tools.accepted",
    "at-most-8-bad-words": "not verified: sampling.bad-words",
    "bad-keys-are-bad-requests": "auth.missing.refused, auth.wrong.refused",
    "codes-are-numbers": "errors.body.shape",
    "cold-start": "auth.missing.refused",
    "errors-are-a-detail": "errors.body.shape",
    "fifty-each-second": "not verified: chat.reply.id.unique and 65 more",
    "five-bad-keys-are-enough": "auth.missing.refused, auth.wrong.refused and 2 more",
    "it-never-says-the-same": "sampling.stop.prefix, sampling.stop-token-ids",
    "it-restarts-once": "chat.request.accepted, errors.invalid.refused and 6 more",
    "it-thinks-for-300-tokens": "not verified: logprobs.sign and 13 more",
    "json-mode-takes-the-word": "structured-output.json-object",
    "large-bodies-get-a-page": "errors.body.shape",
    "large-bodies-get-no-body": "errors.body.shape",
    "later-deltas-have-an-empty-role": "stream.event.corrected",
    "messages-say-something": "chat.messages.roles, chat.messages.tool-results and 2 more",
    "no-custom-calls": "chat.messages.roles, chat.messages.tool-results and 2 more",
    "no-developer-role": "chat.request.accepted, chat.messages.roles and 1 more",
    "no-function-role": "chat.messages.roles, chat.messages.tool-results and 2 more",
    "no-prefill": "not verified: chat.request.templates.exclusive",
    "no-role-of-ones-own": "chat.request.accepted, chat.messages.custom-role",
    "no-system-role": "chat.request.accepted, attributes.request.accepted and 4 more",
    "one-cap": "chat.request.accepted",
    "one-choice-only": "not verified: chat.openai-path.n",
    "one-percent-408": "chat.request.accepted, embeddings.request.accepted and 1 more",
    "one-percent-425": "chat.request.accepted, embeddings.request.accepted and 1 more",
    "one-percent-502": "chat.request.accepted, embeddings.request.accepted and 3 more",
    "one-percent-503": "not verified: embeddings.usage.sum and 4 more",
    "one-percent-503-as-a-page": "errors.body.shape",
    "one-percent-503-twice": "not verified: embeddings.usage.sum and 4 more",
    "one-percent-503-with-a-time": "not verified: embeddings.usage.sum and 4 more",
    "one-percent-504": "errors.body.shape",
    "one-percent-520-to-524": "chat.request.accepted, embeddings.request.accepted and 3 more",
    "one-percent-529": "chat.request.accepted, embeddings.request.accepted and 3 more",
    "parallel-calls-take-tools": "not verified: sampling.defaults",
    "roles-take-turns": "chat.request.accepted, chat.messages.custom-role",
    "strangers-are-sent-on-with-303": "auth.missing.refused, auth.wrong.refused and 2 more",
    "strangers-are-sent-to-a-login-page": "auth.missing.refused, auth.wrong.refused and 2 more",
    "strangers-find-nothing": "not verified: auth.missing.refused and 5 more",
    "strangers-see-a-forbidden-page": "errors.body.shape",
    "temperature-or-top-p": "chat.request.accepted, attributes.request.accepted and 1 more",
    "the-door-is-a-page": "errors.body.shape",
    "the-empty-401": "errors.body.shape",
    "the-proxy-wants-its-own-key": "auth.missing.refused, auth.wrong.refused and 2 more",
    "the-turn-is-opened": "not verified: sampling.echo and 2 more",
    "top-logprobs-take-logprobs": "not verified: sampling.defaults",
}

WITH_GENERATED: dict[str, str] = {
    "a-choice-of-tools-takes-tools": "chat.openai-path.tool-choice.accepts",
    "scores-take-no-constraint": "attributes.n.accepts, attributes.response-format.accepts and 6 more",
    "scores-take-no-sampling": "attributes.frequency-penalty.accepts, attributes.logit-bias.accepts and 6 more",
    "stops-say-something": "chat.openai-path.stop.accepts",
    "stream-options-take-a-stream": "chat.openai-path.stream-options.accepts",
}
"""Those that only generated requests accuse."""
