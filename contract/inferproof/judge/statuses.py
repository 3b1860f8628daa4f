"""What a status speaks of: the one table by which requirements read it (RFC 9110 §15, RFC 6585, and what gateways add).

A rule speaks of the answer to a request. What speaks of the moment is no answer to anything, and no rule judges it but
those that are about busy servers.
"""

from __future__ import annotations

EVERY = tuple(range(100, 600))

ROUTE = (404, 405, 501)
"""There is no such operation. A 404 may also mean the model, or hide the operation from strangers (§15.5.4)."""

DOOR = (*range(300, 400), 401, 402, 403, 407)
"""Who asks is not let in, be it that he is sent to a login page, or that nothing is paid for."""

MOMENT = (408, 425, 429, 499, 502, 503, 504, *range(520, 531))
"""Not now: load, limits, time, a gateway without its server. 499 and 52x are what nginx and Cloudflare say for that."""

FAILURE = tuple(code for code in range(500, 600) if code not in (*ROUTE, *MOMENT))
"""The server failed."""

BODY = tuple(code for code in range(400, 500) if code not in (*ROUTE, *DOOR, *MOMENT))
"""The request is at fault."""

ANSWERS = tuple(code for code in EVERY if code not in MOMENT)
"""All that are answers to the request."""

DECIDED = tuple(code for code in ANSWERS if code not in (*ROUTE, *DOOR))
"""Whether the request was acceptable: it was served, or is at fault, or the server failed at it."""

FOUND = tuple(code for code in ANSWERS if code not in ROUTE)
"""The operation is there."""

TELLING_OF_KEYS = (*(code for code in FOUND if code not in FAILURE), 429)
"""The server came as far as the key: after some wrong ones many answer 429 to the next."""

CLOSED = (*DOOR, *BODY, 404, 429)
"""The door stayed closed to who has no right key."""

SAID = {
    EVERY: "any reply",
    ANSWERS: "an answer: no status of load or time",
    DECIDED: "a status about the request itself",
    FOUND: "a status of an operation that is there",
}
"""Sets of statuses in words."""

SOME = "a status that tells"
