"""What the simulated model takes where neither the request nor the contract says anything: what asks for nothing.

And what it can work with at all, where the contract sets no bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, ulp
from typing import Any

Json = dict[str, Any]

TEMPERATURE, TOP_P, LONGEST = 1.0, 0.95, 1024

NEUTRAL: Mapping[str, Any] = {
    "n": 1,
    "top_k": 0,
    "min_p": 0.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "repetition_penalty": 1.0,
    "logit_bias": {},
    "bad_words": [],
    "stop": [],
    "stop_token_ids": [],
    "include_stop_str_in_output": False,
    "ignore_eos": False,
    "min_tokens": 0,
    "skip_special_tokens": True,
    "spaces_between_special_tokens": True,
    "logprobs": False,
    "top_logprobs": 0,
    "return_tokens_as_token_ids": False,
    "echo": False,
    "add_generation_prompt": True,
    "add_special_tokens": False,
    "continue_final_message": False,
    "include_usage": False,
    "continuous_usage_stats": False,
}

_LEAST = ulp(0.0)
"""Anything above 0."""

BOUNDS: Mapping[str, tuple[float, float]] = {
    "temperature": (0, inf),
    "top_p": (_LEAST, 1),
    "min_p": (0, 1),
    "top_k": (-1, inf),
    "presence_penalty": (-inf, inf),
    "frequency_penalty": (-inf, inf),
    "repetition_penalty": (_LEAST, inf),
    "n": (1, 128),
    "best_of": (1, 128),
    "max_tokens": (1, inf),
    "max_completion_tokens": (1, inf),
    "min_tokens": (0, inf),
    "top_logprobs": (0, 100),
    "prompt_logprobs": (0, 100),
    "truncate_prompt_tokens": (0, inf),
}

COUNTS = frozenset(BOUNDS) - {
    *("temperature", "top_p", "min_p"),
    *("presence_penalty", "frequency_penalty", "repetition_penalty"),
}
"""Those of them that are whole numbers."""
