"""Habits that the judge still accuses, each with what it says wrongly. Who mends the judge removes the line.

The tests of these are expected to fail, strictly: one that passes and is still listed fails.
"""

from __future__ import annotations

ACCUSED: dict[str, str] = {}

WITH_GENERATED: dict[str, str] = {
    "a-choice-of-tools-takes-tools": "chat.openai-path.tool-choice.accepts",
    "scores-take-no-constraint": "attributes.n.accepts, attributes.response-format.accepts and 6 more",
    "scores-take-no-sampling": "attributes.frequency-penalty.accepts, attributes.logit-bias.accepts and 6 more",
    "stops-say-something": "chat.openai-path.stop.accepts",
    "stream-options-take-a-stream": "chat.openai-path.stream-options.accepts",
}
"""Those that only generated requests accuse."""
