"""Error bodies: other shapes than the documented one, where the document leaves the shape to a SHOULD.

The documented validation error is left alone: its shape is the published schema's.
"""

from __future__ import annotations

from http import HTTPStatus

from inferproof_mock.habits.door import page
from inferproof_mock.habits.exchange import Answer, Asked
from inferproof_mock.habits.habit import answers, replies

NOT_THE_BODY = (400, 422)


def _message(answer: Answer) -> str | None:
    """What a JSON error says; None where the reply is none that may be reshaped."""
    value = answer.json
    if answer.status < 400 or answer.status in NOT_THE_BODY or not isinstance(value, dict):
        return None
    error = value.get("error")
    found = error.get("message") if isinstance(error, dict) else value.get("message") or value.get("detail")
    return found if isinstance(found, str) else None


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Error"


@replies()
def codes_are_numbers(asked: Asked, answer: Answer) -> None:
    """`error.code` is the status, a number.

    Allowed: vLLM and large gateways send it so, and OpenAI's clients read any type (project).
    """
    value = answer.json
    if answer.status >= 400 and isinstance(value, dict) and isinstance(value.get("error"), dict):
        value["error"]["code"] = answer.status
        answer.json = value


@replies()
def errors_are_a_detail(asked: Asked, answer: Answer) -> None:
    """An error is `{"detail": "…"}`, as FastAPI writes its own.

    Allowed: FastAPI's HTTPException; the document's validation error has the member `detail` too (project).
    """
    message = _message(answer)
    if message is not None:
        answer.json = {"detail": message}


@replies(fails=("errors.body.shape",))
def errors_are_problems(asked: Asked, answer: Answer) -> None:
    """An error is `application/problem+json`.

    Allowed: RFC 9457 §3; the documented shape is a SHOULD.
    """
    message = _message(answer)
    if message is not None:
        problem = {"type": "about:blank", "title": _phrase(answer.status), "status": answer.status, "detail": message}
        answer.json = problem
        answer.set("content-type", "application/problem+json")


@replies(fails=("errors.body.shape",))
def errors_are_a_text(asked: Asked, answer: Answer) -> None:
    """An error is `{"error": "…"}`.

    Allowed: several engines write it so; the documented shape is a SHOULD.
    """
    message = _message(answer)
    if message is not None:
        answer.json = {"error": message, "error_type": "validation"}


@replies()
def errors_are_typed_outside(asked: Asked, answer: Answer) -> None:
    """An error has `type: error` and a request id beside the documented object.

    Allowed: the documented objects are open: other members may be there (JSON Schema's default).
    """
    value = answer.json
    if answer.status >= 400 and isinstance(value, dict) and isinstance(value.get("error"), dict):
        answer.json = {"type": "error", **value, "request_id": "req_011CSHoEeqs5C35K2UUqR7Fy"}


@replies(fails=("errors.body.shape",))
def errors_have_a_word_for_a_status(asked: Asked, answer: Answer) -> None:
    """An error is an object of code, message and a status in capitals.

    Allowed: the model of errors that large hosts use (google.rpc.Status); the documented shape is a SHOULD.
    """
    message = _message(answer)
    if message is not None:
        word = _phrase(answer.status).upper().replace(" ", "_")
        answer.json = {"error": {"code": answer.status, "message": message, "status": word}}


@replies()
def missing_paths_are_pages(asked: Asked, answer: Answer) -> None:
    """A path that the server has not is answered 404 with a page.

    Allowed: RFC 9110 §15.5.5 says nothing of the body, and a proxy before the server knows its own pages only.
    """
    if answer.status == 404 and asked.role == "":
        answer.becomes(404, page("404 Not Found"))


@replies()
def missing_paths_have_no_body(asked: Asked, answer: Answer) -> None:
    """A path that the server has not is answered 404 without a body.

    Allowed: RFC 9110 §15.5.5: an explanation is a SHOULD for anything but HEAD.
    """
    if answer.status in (404, 405) and asked.role == "":
        allow = {"allow": answer.header("allow")} if answer.header("allow") else {}
        answer.becomes(answer.status, b"", **allow)


@answers()
def large_bodies_get_a_page(asked: Asked) -> Answer | None:
    """A body of more than 100 kB is answered 413 by a proxy, with a page, and the connection closed.

    Allowed: RFC 9110 §15.5.14; a proxy has a limit of its own, often a megabyte.
    """
    if len(asked.body) <= 100_000:
        return None
    return Answer(413, [("content-type", "text/html"), ("connection", "close")], page("413 Request Entity Too Large"))


@answers()
def large_bodies_get_no_body(asked: Asked) -> Answer | None:
    """A body of more than 100 kB is answered 413 with an empty body.

    Allowed: RFC 9110 §15.5.14: the server may end the request, and the connection.
    """
    return Answer(413, [("connection", "close")], b"") if len(asked.body) > 100_000 else None


@answers()
def long_targets_get_a_page(asked: Asked) -> Answer | None:
    """A path and query of more than 1000 characters are answered 414, with a page.

    Allowed: RFC 9110 §15.5.15; RFC 9112 §3 asks servers to take 8000 octets only as a recommendation.
    """
    long = len(asked.path) + len(asked.query) > 1000
    return Answer(414, [("content-type", "text/html")], page("414 Request-URI Too Large")) if long else None


@answers()
def large_headers_get_a_page(asked: Asked) -> Answer | None:
    """Headers of more than 8 kB are answered 431, with a page.

    Allowed: RFC 6585 §5: the server is unwilling to process fields that are too large.
    """
    size = sum(len(name) + len(value) for name, value in asked.headers)
    page_of = Answer(431, [("content-type", "text/html")], page("431 Request Header Fields Too Large"))
    return page_of if size > 8_000 else None


@replies()
def errors_say_it_in_their_own_words(asked: Asked, answer: Answer) -> None:
    """Messages are in another language, with characters beyond ASCII.

    Allowed: a message is for people; the document fixes none (project).
    """
    value = answer.json
    if answer.status >= 400 and isinstance(value, dict) and isinstance(value.get("error"), dict):
        value["error"]["message"] = "Das geht so nicht – bitte prüfen Sie Ihre Anfrage. 🙏"
        answer.json = value


@replies()
def validation_errors_tell_more(asked: Asked, answer: Answer) -> None:
    """Entries of `detail` have `input`, `ctx` and `url` too, and `loc` goes on below the member.

    Allowed: the documented objects are open; pydantic writes them so.
    """
    value = answer.json
    if answer.status == 422 and isinstance(value, dict) and isinstance(value.get("detail"), list):
        for entry in value["detail"]:
            entry.update(input={"any": [None]}, ctx={"error": {}}, url="https://errors.pydantic.dev/2.12/v/missing")
            entry["loc"] = [*entry["loc"], "function-wrap[validate()]"]
        answer.json = value
