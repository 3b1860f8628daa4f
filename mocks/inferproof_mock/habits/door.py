"""The door: how a server says that a key is missing or wrong.

RFC 9110 §15.5.2 has 401 for it, and lets any other 3xx or 4xx speak that fits; the rule that must hold is that no
answer of a model comes back.
"""

from __future__ import annotations

from inferproof_mock.habits.exchange import Answer, Asked
from inferproof_mock.habits.habit import answers, replies

PAGE = b"<!doctype html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"


ALIKE = "auth.several.everywhere"
"""What is told by 401s alone."""

STATUS = "auth.refused.status"
"""Which code closes the door."""

REVOKED = ("keys.revoked.refused",)
"""Where the document gives a revoked key a status of its own, who answers all keys alike fails that SHOULD."""


def page(title: str) -> bytes:
    return PAGE % (title.encode(), title.encode())


def _keyless(asked: Asked) -> bool:
    return not any(name in ("authorization", "x-api-key", "token") for name, _ in asked.headers)


@replies(
    fails=(STATUS, *REVOKED),
    open=(
        ALIKE,
        "auth.challenge",
    ),
)
def strangers_are_sent_to_a_login_page(asked: Asked, answer: Answer) -> None:
    """A request that a 401 refuses is redirected to a login page with 302.

    Allowed: RFC 9110 §15.4.3; an identity-aware proxy before a server does so for every client.
    """
    if answer.status == 401:
        answer.becomes(302, b"", location="https://login.example.org/authorize?client_id=llm")


@replies(
    fails=(STATUS, *REVOKED),
    open=(
        ALIKE,
        "auth.challenge",
    ),
)
def strangers_are_sent_on_with_303(asked: Asked, answer: Answer) -> None:
    """A request that a 401 refuses is redirected with 303, and the reply is a page.

    Allowed: RFC 9110 §15.4.4: see another page for what happened.
    """
    if answer.status == 401:
        answer.becomes(303, page("See Other"), location="/login", set_cookie="state=abc; Path=/; HttpOnly")


@replies(
    fails=(STATUS, *REVOKED),
    open=(
        ALIKE,
        "auth.challenge",
    ),
)
def bad_keys_are_bad_requests(asked: Asked, answer: Answer) -> None:
    """A missing or wrong key is answered 400.

    Allowed: RFC 6750 §3.1 has 400 for a request that lacks a parameter; hosted models answer wrong keys so.
    """
    if answer.status == 401:
        said = asked.refused("API key not valid. Please pass a valid API key.", status=400)
        answer.becomes(400, said.body, "application/json")


@replies(
    fails=(STATUS, *REVOKED),
    open=(
        ALIKE,
        "auth.challenge",
    ),
)
def the_proxy_wants_its_own_key(asked: Asked, answer: Answer) -> None:
    """A missing or wrong key is answered 407 with a challenge of the proxy's.

    Allowed: RFC 9110 §15.5.8: a proxy that guards a server says so.
    """
    if answer.status == 401:
        challenge = 'Bearer realm="llm"'
        answer.becomes(407, page("Proxy Authentication Required"), proxy_authenticate=challenge)


@replies(fails=(STATUS,))
def a_missing_key_is_unprocessable(asked: Asked, answer: Answer) -> None:
    """A request without a key is answered 422, as FastAPI does for a header that it requires.

    Allowed: the documented validation error says what of a request is missing, headers included (project).
    """
    if answer.status == 401 and _keyless(asked):
        entry = {"loc": ["header", "authorization"], "msg": "Field required", "type": "missing"}
        answer.becomes(422, {"detail": [entry]})


@replies(fails=REVOKED)
def keys_are_forbidden(asked: Asked, answer: Answer) -> None:
    """A missing or wrong key is answered 403.

    Allowed: RFC 9110 §15.5.4: the server understood and refuses; FastAPI's own guard did so for years.
    """
    if answer.status == 401:
        answer.becomes(403, asked.refused("Not authenticated", status=403).body, "application/json")


@replies(fails=("auth.challenge",))
def the_door_is_a_page(asked: Asked, answer: Answer) -> None:
    """A missing or wrong key is answered 401 with a page in HTML.

    Allowed: RFC 9110 §15.5.2 asks for a challenge and says nothing of the body; proxies send a page.
    """
    if answer.status == 401:
        answer.becomes(401, page("401 Authorization Required"), www_authenticate='Basic realm="Restricted"')


@replies(fails=REVOKED)
def strangers_see_a_forbidden_page(asked: Asked, answer: Answer) -> None:
    """A missing or wrong key is answered 403 with a page in HTML.

    Allowed: RFC 9110 §15.5.4; a firewall before the server knows nothing of its errors.
    """
    if answer.status == 401:
        answer.becomes(403, page("403 Forbidden"))


@replies(fails=REVOKED, open=(ALIKE, STATUS, "auth.challenge"))
def strangers_find_nothing(asked: Asked, answer: Answer) -> None:
    """A missing or wrong key is answered 404.

    Allowed: RFC 9110 §15.5.4: a server may hide what it guards.
    """
    if answer.status == 401:
        answer.becomes(404, asked.refused("Not Found", status=404).body, "application/json")


@replies()
def challenges_have_parameters(asked: Asked, answer: Answer) -> None:
    """A 401 has a challenge with realm, error and description, and a second one of another scheme.

    Allowed: RFC 9110 §11.6.1 and RFC 6750 §3.
    """
    if answer.status == 401:
        bearer = 'Bearer realm="llm, prod", error="invalid_token", error_description="The token is none of ours"'
        answer.set("www-authenticate", bearer, 'DPoP algs="ES256 PS256"')


@replies()
def the_empty_401(asked: Asked, answer: Answer) -> None:
    """A 401 has no body.

    Allowed: RFC 9110 §15: an explanation SHOULD be there, and a gateway that ends the request early has none.
    """
    if answer.status == 401:
        answer.becomes(401, b"", www_authenticate="Bearer")


@replies(fails=("errors.body.shape",))
def the_door_says_message_only(asked: Asked, answer: Answer) -> None:
    """A 401 is JSON with a `message` alone, as of a gateway before the server.

    Allowed: RFC 9110 §15.5.2 says nothing of the body; the shape of errors is a SHOULD.
    """
    if answer.status == 401:
        challenge = answer.header("www-authenticate") or "Bearer"
        answer.becomes(401, {"message": "Invalid authentication credentials"}, www_authenticate=challenge)


@replies(fails=REVOKED, open=(ALIKE,))
class FiveBadKeysAreEnough:
    """After five bad keys, the next ones are answered 429 with a long Retry-After, and good keys are served on.

    Allowed: RFC 6585 §4; identity providers slow down who guesses (OWASP ASVS 2.2.1).
    """

    def __init__(self) -> None:
        self._bad = 0

    def __call__(self, asked: Asked, answer: Answer) -> None:
        if answer.status in (401, 403):
            self._bad += 1
            if self._bad > 5:
                said = asked.refused("Too many failed attempts", status=429)
                answer.becomes(429, said.body, "application/json", retry_after="300")


@answers()
def unknown_paths_want_a_key_first(asked: Asked) -> Answer | None:
    """A path that the server has not is answered 403.

    Allowed: RFC 9110 §15.5.4; a gateway that routes by a list does not tell what is not on it.
    """
    return asked.refused("Missing Authentication Token", status=403) if asked.role == "" else None
