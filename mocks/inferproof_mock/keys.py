"""Keys that open the door and not everything behind it: one that is for a single model, one without credit."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from inferproof.document import Contract
from inferproof.front.backend import Refusal

RESTRICTED, EXHAUSTED = 403, 429
"""What such a key is answered where the contract does not say."""


class Keys:
    """`restricted` maps each key that may use one model only to its name; those of `exhausted` have no credit left."""

    def __init__(
        self, contract: Contract, restricted: Mapping[str, str] | None = None, exhausted: Collection[str] = ()
    ) -> None:
        self._restricted, self._exhausted = restricted or {}, exhausted
        self._not_allowed = contract.status("keys.restricted") or RESTRICTED
        self._spent = contract.status("keys.exhausted") or EXHAUSTED

    @property
    def models(self) -> list[str]:
        """The models that some key is for."""
        return list(dict.fromkeys(self._restricted.values()))

    def admit(self, key: str | None, model: str) -> None:
        """Raises Refusal where the key may not have an answer of this model."""
        if key is None:
            return
        if key in self._exhausted:
            raise Refusal(self._spent, "The credit of the API key is used up.", code="credit_exhausted")
        if self._restricted.get(key, model) != model:
            message = f"This API key may not use the model {model!r}."
            raise Refusal(self._not_allowed, message, ("body", "model"), code="model_not_allowed")
