"""How a server refuses: other statuses, words and details that are as right as the mock's."""

from __future__ import annotations

import json
from typing import Any

from tests.proof.legal_servers import variant
from tests.proof.legal_servers.reply import Reply, errors


def error(message: str, kind: str = "invalid_request_error", **members: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, **members}}


def not_a_body(reply: Reply) -> bool:
    """The refused body is no JSON."""
    return reply.status in (400, 422) and bool(reply.request.body) and not _parses(reply)


def _parses(reply: Reply) -> bool:
    """Bodies nested too deep to tell are none of our business."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        json.loads(reply.request.body.decode(), parse_constant=refuse)
    except ValueError:
        return False
    except RecursionError:
        return True
    return True


def unknown_model(reply: Reply) -> bool:
    return reply.status == 404 and bool({"model", "config"} & reply.asked.keys())


def unknown_path(reply: Reply) -> bool:
    return reply.status == 404 and not unknown_model(reply)


def detail(reply: Reply) -> list[Any]:
    entries: list[Any] = reply.json["detail"]
    return entries


@variant(of=errors(401))
def keys_are_refused_with_403(reply: Reply) -> None:
    """A missing or wrong key is forbidden (403), without a challenge."""
    reply.status, reply.reason = 403, "Forbidden"
    reply.header("www-authenticate")


@variant(of=lambda reply: reply.status == 401 and not reply.request.body)
def strangers_do_not_find_the_list_of_configs(reply: Reply) -> None:
    """Without a good key the list of configs is not found: 404, as RFC 9110 §15.5.4 allows for what is hidden."""
    reply.status, reply.reason = 404, "Not Found"
    reply.header("www-authenticate")


@variant(of=errors(401))
def wrong_keys_are_refused_with_403(reply: Reply) -> None:
    """A missing key is answered 401, a wrong one 403."""
    if reply.request.header(b"authorization"):
        reply.status, reply.reason = 403, "Forbidden"
        reply.header("www-authenticate")


@variant(of=errors(401))
def challenges_are_many(reply: Reply) -> None:
    """A 401 has several challenges, in two fields, with parameters (RFC 9110 §11.6.1, RFC 6750 §3)."""
    bearer = 'bearer realm="llm, prod", error="invalid_token", error_description="none of ours"'
    reply.header("WWW-Authenticate", 'Negotiate, Basic realm="x"', bearer)


@variant(of=errors(400, 401, 403, 404, 405, 413, 415, 429))
def errors_in_other_words(reply: Reply) -> None:
    """Errors have other words, in another language, and a type of their own."""
    reply.json = error("Das geht so nicht – bitte prüfen Sie Ihre Anfrage. 🙏", "Fehler")


@variant(of=errors(400, 401, 403, 404, 405, 413, 415, 429))
def errors_say_null(reply: Reply) -> None:
    """Errors have null for `param` and `code`."""
    reply.json["error"].update(param=None, code=None)


@variant(of=errors(400, 401, 403, 404, 405, 413, 415, 429))
def errors_tell_more(reply: Reply) -> None:
    """Errors have members beside and within the one that is documented."""
    reply.json["error"].update(status=reply.status, help="https://example.org/errors", inner={"trace": ["a", "b"]})
    reply.json.update(request_id="req_7", detail=None)


@variant(of=errors(422))
def details_tell_more(reply: Reply) -> None:
    """Entries of `detail` have the `input`, `ctx` and `url` that pydantic gives them."""
    for entry in detail(reply):
        entry.update(input={"any": [None]}, ctx={"error": {}}, url="https://errors.pydantic.dev/2.12/v/missing")
    reply.json["body"] = None


@variant(of=errors(422))
def details_are_more(reply: Reply) -> None:
    """`detail` has an entry for each branch of a union that was tried, before the one that tells."""
    tried = [{"loc": ["body", "function-after", 0, "str"], "msg": "Input should be a string", "type": "string_type"}]
    reply.json["detail"] = tried + detail(reply)


@variant(of=errors(422))
def locations_are_longer(reply: Reply) -> None:
    """`loc` goes on, below the member that is wrong, with the names of what was tried."""
    for entry in detail(reply):
        entry["loc"] += ["constrained-list", 0, "function-wrap[validate()]"]


@variant(of=errors(422))
def locations_end_at_the_member(reply: Reply) -> None:
    """`loc` ends at the member of the body that is wrong, or has something wrong in it."""
    for entry in detail(reply):
        entry["loc"] = entry["loc"][:2]


@variant(of=errors(422))
def locations_are_one_text(reply: Reply) -> None:
    """`loc` has one text, with points and brackets: the published schema takes any texts and numbers."""
    for entry in detail(reply):
        words = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in entry["loc"])
        entry["loc"] = ["".join(words).lstrip(".")]


@variant(of=errors(422))
def locations_name_what_was_tried(reply: Reply) -> None:
    """`loc` has the branches of unions between the members, as pydantic writes them."""
    for entry in detail(reply):
        loc = entry["loc"]
        entry["loc"] = [*loc[:2], "list[union[UserMessage,ToolMessage]]", *loc[2:3], "UserMessage", *loc[3:], "str"]


@variant(of=errors(422))
def messages_and_types_are_other_words(reply: Reply) -> None:
    """`msg` and `type` of the entries are in other words."""
    for entry in detail(reply):
        entry.update(msg="ungültig", type="value_error.custom")


@variant(of=errors(405))
def unknown_methods_are_not_found(reply: Reply) -> None:
    """A method that a path does not take is answered 404, by a server that routes on both."""
    reply.status, reply.reason = 404, "Not Found"
    reply.header("allow")


@variant(of=errors(405))
def many_methods_are_allowed(reply: Reply) -> None:
    """`Allow` of a 405 names HEAD and OPTIONS too, in two fields."""
    allowed = next(value for name, value in reply.headers if name == "allow")
    reply.header("Allow", "OPTIONS, HEAD", allowed)


@variant(of=not_a_body)
def malformed_json_is_a_bad_request(reply: Reply) -> None:
    """A body that is no JSON is answered 400."""
    reply.status, reply.reason = 400, "Bad Request"
    reply.json = error("The body is not JSON.")


@variant(of=not_a_body)
def malformed_json_is_unprocessable(reply: Reply) -> None:
    """A body that is no JSON is answered 422, as FastAPI does."""
    reply.status, reply.reason = 422, "Unprocessable Entity"
    reply.json = {"detail": [{"loc": ["body", 14], "msg": "JSON decode error", "type": "json_invalid"}]}


@variant(of=errors(415))
def other_types_are_unprocessable(reply: Reply) -> None:
    """A body that is not declared as JSON is answered 422, because it is text and no object."""
    reply.status, reply.reason = 422, "Unprocessable Content"
    reply.json = {"detail": [{"loc": ["body"], "msg": "Input should be an object", "type": "model_attributes_type"}]}


@variant(of=unknown_model)
def unknown_models_are_bad_requests(reply: Reply) -> None:
    """A model that the server has not is answered 400."""
    reply.status, reply.reason = 400, "Bad Request"


@variant(of=unknown_model)
def unknown_models_are_unprocessable(reply: Reply) -> None:
    """A model that the server has not is answered 422."""
    reply.status, reply.reason = 422, "Unprocessable Content"
    reply.json = {"detail": [{"loc": ["body", "model"], "msg": "there is no such model", "type": "value_error"}]}


@variant(of=unknown_path)
def unknown_paths_are_pages(reply: Reply) -> None:
    """A path that the server has not is answered by the proxy before it, with a page in HTML."""
    reply.header("content-type", "text/html")
    reply.writes = [b"<html><h1>404 Not Found</h1></html>"]


@variant(of=unknown_path)
def unknown_paths_are_guarded(reply: Reply) -> None:
    """A path that the server has not is forbidden, by a gateway that does not tell which paths there are."""
    reply.status, reply.reason = 403, "Forbidden"
    reply.json = error("You may not.", "permission_error")


@variant(of=lambda reply: reply.status == 422 and _not_in_schema(reply))
def contradictions_are_bad_requests(reply: Reply) -> None:
    """What no schema forbids, and only two members together make senseless, is answered 400 instead of 422."""
    message = detail(reply)[0]["msg"]
    reply.status, reply.reason = 400, "Bad Request"
    reply.json = error(message)


def _not_in_schema(reply: Reply) -> bool:
    """The front says `value_error` where the backend refused what the schema allows."""
    return all(entry["type"] == "value_error" for entry in detail(reply))


@variant(of=errors(422))
def nobody_says_where(reply: Reply) -> None:
    """`loc` is always `["body"]`: it leads there as far as it goes."""
    for entry in reply.json["detail"]:
        entry["loc"] = ["body"]
