"""Citations: a requirement names what it rests on by what it is for, and each contract says where that stands.

A citation is a subject, aspects and a path, as `chat.request#/top_logprobs` or `chat.reply.example#/usage`:

| subject | what it is |
|---|---|
| `chat` | the operation of that role |
| `chat.request` | its body |
| `chat.reply`, `chat.event` | the JSON of its 200, and of one event of its stream |
| `chat.invalid` | its reply to a body that breaks the schema: the documented 422, else 400 |
| `chat.query` | its query parameters, by name |
| `error.401` | the reply that the document describes for this status |
| `credentials`, `credentials.bearer` | the security schemes, and those of that kind |
| `credentials.alternatives` | the security schemes of operations that more than one header opens |
| `paths` | the list of paths |
| any other name | what the contract's own `anchors.yaml` calls so |

Without a path it is the node of the document, with one the datum in the JSON value. A path has the names of members,
`[]` for any item of an array, `{}` for any value of a map, `*` for each member. Of a union it chooses the branch that
is a constant (`tool_choice=auto`), has a type (`stop:array`) or a member (`|messages`); of items so too, and by a
member that is a constant (`[role=user]`, `[:object]`, `[|messages]`). It leads through `$ref`, `allOf` and unions. A
datum is where its schema is written down, with `/` at the end the schema that this refers to; a schema that allows
anything says nothing, and cannot be cited.

Aspects: `.prose` is the description, `.example`, `.default`, `.required`, `.extra` (what members beside the named ones
may be), `.open` (the same, where it is not false), `.bounded` (the datum itself, where its schema sets a bound);
`.json`, `.events`, `.content` are the media types of a body.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from inferproof.document import pointers
from inferproof.document.credentials import alternatives, credential, schemes
from inferproof.document.datum import NotThere, Walk

__all__ = [
    "BOUNDED",
    "EXAMPLE",
    "PROSE",
    "Citation",
    "Layer",
    "NotThere",
    "Place",
    "Resolver",
    "invalid_status",
    "parse",
    "role_in",
]

Json = dict[str, Any]
Layer = Literal["published", "corrected"]

_ASPECTS = {"prose": "description", "default": "default", "required": "required"}
_ASPECTS |= dict.fromkeys(("extra", "open"), "additionalProperties")
_MEDIA = {"json": "application/json", "events": "text/event-stream"}
_EVENT = "/itemSchema/properties/data"

_ANNOTATIONS = frozenset({"title", "description", "default", "deprecated", "example", "examples", "$comment"})

ALTERNATIVES = "alternatives"
EXAMPLE, PROSE, BOUNDED, OPEN = "example", "prose", "bounded", "open"


@dataclass(frozen=True)
class Citation:
    """A citation, taken apart."""

    text: str
    subject: str  # "chat.request", "error.401", "credentials"
    aspect: str  # "prose", "example", …, or ""
    path: str | None  # "/top_logprobs"; None where it names the node itself

    @property
    def shown(self) -> bool:
        """It is prose or an example: a person has to have read it."""
        return self.aspect in (EXAMPLE, PROSE)

    @property
    def whole_schema(self) -> bool:
        """It is a schema as such, and not a datum that the document names: `chat.reply#`, `chat.reply#/choices/`."""
        return self.path is not None and (self.path == "" or self.path.endswith("/"))


@dataclass(frozen=True)
class Place:
    """Where a contract has it: `layer` is the one in which it was found first."""

    pointer: str
    layer: Layer


def parse(text: str) -> Citation:
    """Raises ValueError for a text that is no citation."""
    subject, mark, path = text.partition("#")
    head, _, last = subject.rpartition(".")
    aspect = last if head and last in (*_ASPECTS, EXAMPLE, BOUNDED) else ""
    if not subject or (path and path[0] not in "/=:|"):
        raise ValueError(f"{text!r} is no citation: write it as `chat.request#/member`")
    return Citation(text, head if aspect else subject, aspect, path if mark else None)


def role_in(subject: str, roles: Iterable[str]) -> str | None:
    """The role that a subject begins with, as `chat.legacy` in `chat.legacy.reply`; the longest of several."""
    return max((role for role in roles if f"{subject}.".startswith(f"{role}.")), key=len, default=None)


class Resolver:
    """Resolves citations in one contract's two layers. `roles` maps each role to the pointer of its operation."""

    def __init__(
        self, published: Json, corrected: Json, roles: Mapping[str, str], anchors: Mapping[str, str] | None = None
    ) -> None:
        self._layers: dict[Layer, Json] = {"published": published, "corrected": corrected}
        self._roles = roles
        self._anchors = anchors or {}
        self._found: dict[str, tuple[Place, ...] | NotThere] = {}
        self._schemas: dict[tuple[str, Layer], str] = {}

    def places(self, text: str) -> tuple[Place, ...]:
        """Where the citation leads, more than one place only for `*` and credentials. Raises NotThere, ValueError."""
        if text not in self._found:
            try:
                self._found[text] = tuple(self._places(parse(text)))
            except NotThere as error:
                self._found[text] = error
        found = self._found[text]
        if isinstance(found, NotThere):
            raise NotThere(*found.args)
        return found

    def schema(self, text: str, layer: Layer) -> str:
        """The pointer of the schema that a datum has in a layer, without a `$ref` at its end. Raises NotThere."""
        if (text, layer) not in self._schemas:
            document, citation = self._layers[layer], parse(text)
            try:
                there = Walk(document).all(self._base(citation, document), citation.path or "")
                self._schemas[text, layer] = pointers.follow(document, there[0])
            except KeyError as error:
                raise NotThere(*error.args) from None
        return self._schemas[text, layer]

    def members(self, text: str) -> tuple[frozenset[str], bool]:
        """The members that a layer names of an object, and whether others may be there: one says so, or names none."""
        names: set[str] = set()
        others = False
        citation = parse(text)
        for document in self._layers.values():
            try:
                places = Walk(document).all(self._base(citation, document), citation.path or "")
            except KeyError:
                continue
            for node in (node for place in places for node in Walk(document).schemas(place)):
                others |= node.get("additionalProperties", False) is not False or "patternProperties" in node
                names.update(node.get("properties", ()))
        return frozenset(names), others or not names

    def _places(self, citation: Citation) -> Iterator[Place]:
        """Those of the published layer; of `*` also the members that only our corrections have."""
        if not self._roles:
            raise NotThere("no operation of it has a role (`x-inferproof-role`)")
        seen: dict[str, Place] = {}
        missing = NotThere("")
        for layer, document in self._layers.items():
            try:
                found = self._in(citation, document)
            except KeyError as error:  # also where a reference leads nowhere, or round in a circle
                missing = NotThere(*error.args)
                continue
            for pointer in found:
                found_in = layer if citation.aspect == BOUNDED else self._first_layer(pointer, citation)
                seen.setdefault(pointer, Place(pointer, found_in))
            if not citation.text.endswith("*"):
                break
        if not seen:
            raise missing
        yield from seen.values()

    def _first_layer(self, pointer: str, citation: Citation) -> Layer:
        """A component may be published though nothing published refers to it: an event's, for instance.

        A schema that allows anything says nothing, and what a correction says in its place is the correction's.
        """
        published = self._layers["published"]
        try:
            pointers.resolve(published, pointer)
        except KeyError:
            return "corrected"
        silent = citation.whole_schema and not citation.aspect and _allows_anything(published, pointer)
        return "corrected" if silent else "published"

    def _in(self, citation: Citation, document: Json) -> list[str]:
        if citation.subject == "paths":
            return ["/paths"]
        if citation.subject.partition(".")[0] == "credentials" and citation.subject not in self._anchors:
            return self._credentials(citation.subject, document)
        base = self._base(citation, document)
        if citation.aspect == EXAMPLE:
            return [_example(document, base, citation.path or "")]
        found = [base] if citation.path is None else Walk(document).all(base, citation.path)
        if not citation.aspect:
            if citation.whole_schema and all(_allows_anything(document, pointer) for pointer in found):
                raise NotThere("its schema allows anything")
            return found
        if citation.aspect == BOUNDED:
            if not all(Walk(document).bounded(pointer) for pointer in found):
                raise NotThere("its schema sets no bound")
            return found
        keyword = _ASPECTS[citation.aspect]
        places = [_at(document, pointers.join(pointer, keyword)) for pointer in found]
        if citation.aspect == OPEN and any(pointers.resolve(document, place) is False for place in places):
            raise NotThere("it allows no other members")
        return places

    def _base(self, citation: Citation, document: Json) -> str:
        """The node that a subject names, or with a path the schema below which the path begins."""
        subject, datum = citation.subject, citation.path is not None
        if subject in self._anchors:
            return _at(document, self._anchors[subject])
        if subject.startswith("error."):
            return _body(document, self._error(document, subject.removeprefix("error.")), datum, citation)
        role = role_in(subject, self._roles)
        if role is None:
            raise NotThere(f"it has no operation or anchor named {subject!r}")
        operation, rest = self._roles[role], subject.removeprefix(role).removeprefix(".").split(".")
        return self._part(document, operation, rest, datum, citation)

    def _part(self, document: Json, operation: str, rest: list[str], datum: bool, citation: Citation) -> str:
        match rest:
            case [""]:
                return _at(document, operation)
            case ["query"]:
                return _parameter(document, operation, (citation.path or "").removeprefix("/"))
            case ["event"]:
                data = pointers.join(operation, "responses", "200", "content", _MEDIA["events"]) + _EVENT
                return _at(document, data + "/contentSchema" if datum else data)
            case [("request" | "reply" | "invalid") as part, *media]:
                node = operation + {"request": "/requestBody", "reply": "/responses/200"}.get(part, "")
                if part == "invalid":
                    node = pointers.join(operation, "responses", invalid_status(document, operation))
                if media:
                    kind = [] if media == ["content"] else [_MEDIA.get(media[0], media[0])]
                    return _at(document, pointers.join(node, "content", *kind))
                return _body(document, node, datum, citation)
        raise NotThere(f"{citation.text!r} names no part of an operation")

    def _error(self, document: Json, status: str) -> str:
        for operation in self._roles.values():
            node = pointers.join(operation, "responses", status)
            try:
                return pointers.follow(document, pointers.locate(document, node))
            except KeyError:
                continue
        raise NotThere(f"no operation documents {status}")

    def _credentials(self, subject: str, document: Json) -> list[str]:
        kind = subject.partition(".")[2]
        if kind == ALTERNATIVES:
            several = alternatives(document)
            if not several:
                raise NotThere("no operation of it is opened by more than one header")
            return [pointers.join("/components/securitySchemes", name) for name in several]
        names = [
            name
            for name, scheme in schemes(document).items()
            if not kind or ((made := credential(name, scheme)) is not None and made.kind == kind)
        ]
        if not names:
            raise NotThere(f"no operation insists on {kind or 'any'} credentials")
        return [pointers.join("/components/securitySchemes", name) for name in names]


def invalid_status(document: Json, operation: str) -> str:
    """The status for a body that breaks the schema: the documented 422, else 400. Raises NotThere."""
    documented = pointers.resolve(document, operation).get("responses", {})
    for status in ("422", "400"):
        if status in documented:
            return status
    raise NotThere("it documents neither 422 nor 400")


def _allows_anything(document: Json, pointer: str) -> bool:
    """A schema that nothing violates: `true`, or an object without a keyword that asserts anything."""
    schema = pointers.resolve(document, pointer)
    return schema is True or (isinstance(schema, dict) and not schema.keys() - _ANNOTATIONS)


def _at(document: Json, pointer: str) -> str:
    try:
        return pointers.locate(document, pointer)
    except KeyError as error:
        raise NotThere(error.args[0]) from None


def _body(document: Json, node: str, datum: bool, citation: Citation) -> str:
    """A request body or a response, or with a path the schema of its JSON; of an example, its media type."""
    if citation.aspect == EXAMPLE:
        return _at(document, pointers.join(node, "content", _media_of(document, node)))
    return _at(document, pointers.join(node, "content", _MEDIA["json"], "schema") if datum else node)


def _media_of(document: Json, node: str) -> str:
    content = pointers.resolve(document, pointers.follow(document, _at(document, node))).get("content", {})
    for media in _MEDIA.values():
        if media in content and {"example", "examples"} & content[media].keys():
            return media
    raise NotThere("it has no example")


def _example(document: Json, media: str, path: str) -> str:
    if media.endswith(_EVENT):
        media = media.removesuffix(_EVENT)
    place = pointers.join(media, "example")
    try:
        pointers.resolve(document, place)
    except KeyError:
        named = pointers.resolve(document, media).get("examples") or {}
        if not named:
            raise NotThere("it has no example") from None
        shown = pointers.follow(document, pointers.join(media, "examples", next(iter(named))))
        member = next(
            (key for key in ("serializedValue", "value") if key in pointers.resolve(document, shown)), "value"
        )
        place = pointers.join(shown, member)
    return _at(document, place + path.replace("/[]", "/0"))


def _parameter(document: Json, operation: str, name: str) -> str:
    for index, parameter in enumerate(pointers.resolve(document, operation).get("parameters", ())):
        if parameter.get("in") == "query" and (not name or parameter.get("name") == name):
            return pointers.join(operation, "parameters", index)
    raise NotThere(f"it has no query parameter {name or 'at all'}")
