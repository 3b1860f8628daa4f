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
| `paths` | the list of paths |
| any other name | what the contract's own `anchors.yaml` calls so |

Without a path it is the node of the document, with one the datum in the JSON value. A path has the names of members,
`[]` for any item of an array, `{}` for any value of a map, `*` for each member. Of a union it chooses the branch that
is a constant (`tool_choice=auto`), has a type (`stop:array`) or a member (`|messages`); of items so too, and by a
member that is a constant (`[role=user]`, `[:object]`, `[|messages]`). It leads through `$ref`, `allOf` and unions. A
datum is where its schema is written down, with `/` at the end the schema that this refers to.

Aspects: `.prose` is the description, `.example`, `.default`, `.required`, `.extra` (what members beside the named ones
may be), `.bounded` (the datum itself, where its schema sets a bound); `.json`, `.events`, `.content` are the media
types of a body.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from inferproof.document import pointers
from inferproof.document.credentials import credential, schemes

Json = dict[str, Any]
Layer = Literal["published", "corrected"]

_ASPECTS = {"prose": "description", "default": "default", "required": "required", "extra": "additionalProperties"}
_MEDIA = {"json": "application/json", "events": "text/event-stream"}
_BODIES = ("request", "reply", "event", "invalid")
_EVENT = "/itemSchema/properties/data"

EXAMPLE, PROSE, BOUNDED = "example", "prose", "bounded"


class NotThere(KeyError):
    """A contract has nothing at a citation; the text says what is missing."""

    def __str__(self) -> str:
        return str(self.args[0])


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


class Resolver:
    """Resolves citations in one contract's two layers. `roles` maps each role to the pointer of its operation."""

    def __init__(
        self, published: Json, corrected: Json, roles: Mapping[str, str], anchors: Mapping[str, str] | None = None
    ) -> None:
        self._layers: dict[Layer, Json] = {"published": published, "corrected": corrected}
        self._roles = roles
        self._anchors = anchors or {}
        self._found: dict[str, tuple[Place, ...] | NotThere] = {}

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
        document = self._layers[layer]
        try:
            there = _Walk(document).all(self._base(parse(text), document), parse(text).path or "")
            return pointers.follow(document, there[0])
        except KeyError as error:
            raise NotThere(*error.args) from None

    def named(self, text: str) -> frozenset[str] | None:
        """The members that a layer names of an object; None where it names none, or says that others may be there."""
        names: set[str] = set()
        citation = parse(text)
        for document in self._layers.values():
            try:
                places = _Walk(document).all(self._base(citation, document), citation.path or "")
            except KeyError:
                continue
            for node in (node for place in places for node in _Walk(document).schemas(place)):
                if node.get("additionalProperties", False) is not False or "patternProperties" in node:
                    return None
                names.update(node.get("properties", ()))
        return frozenset(names) or None

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
                found_in = layer if citation.aspect == BOUNDED else self._first_layer(pointer)
                seen.setdefault(pointer, Place(pointer, found_in))
            if not citation.text.endswith("*"):
                break
        if not seen:
            raise missing
        yield from seen.values()

    def _first_layer(self, pointer: str) -> Layer:
        """A component may be published though nothing published refers to it: an event's, for instance."""
        try:
            pointers.resolve(self._layers["published"], pointer)
        except KeyError:
            return "corrected"
        return "published"

    def _in(self, citation: Citation, document: Json) -> list[str]:
        if citation.subject == "paths":
            return ["/paths"]
        if citation.subject.partition(".")[0] == "credentials":
            return self._credentials(citation.subject, document)
        base = self._base(citation, document)
        if citation.aspect == EXAMPLE:
            return [_example(document, base, citation.path or "")]
        found = [base] if citation.path is None else _Walk(document).all(base, citation.path)
        if not citation.aspect:
            return found
        if citation.aspect == BOUNDED:
            if not all(_Walk(document).bounded(pointer) for pointer in found):
                raise NotThere("its schema sets no bound")
            return found
        keyword = _ASPECTS[citation.aspect]
        return [_at(document, pointers.join(pointer, keyword)) for pointer in found]

    def _base(self, citation: Citation, document: Json) -> str:
        """The node that a subject names, or with a path the schema below which the path begins."""
        subject, datum = citation.subject, citation.path is not None
        if subject in self._anchors:
            return _at(document, self._anchors[subject])
        if subject.startswith("error."):
            return _body(document, self._error(document, subject.removeprefix("error.")), datum, citation)
        role = max((role for role in self._roles if f"{subject}.".startswith(f"{role}.")), key=len, default=None)
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


class _Walk:
    """Follows a path through schemas."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def all(self, start: str, path: str) -> list[str]:
        """The pointers that a path leads to. Raises NotThere."""
        if start.rpartition("/parameters/")[1]:
            return [start]
        place = start
        steps = _steps(path)
        for step in steps:
            if step == "*":
                found = [name for branch in self._branches(place) for name in self._members(branch)]
                if not found:
                    raise NotThere(f"it has no members at {path!r}")
                return found
            if step == "":
                return [self._whole(place)]
            place = self._step(place, step, path)
        return [place]

    def schemas(self, start: str) -> list[Json]:
        """The object schemas that the one at `start` is made of, through references, `allOf` and unions."""
        return [self._node(branch) for branch in self._branches(start)]

    def bounded(self, place: str) -> bool:
        """The schema of a number sets a bound."""
        limits = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
        return any(limits & node.keys() for node in self.schemas(place))

    def _step(self, place: str, step: str, path: str) -> str:
        name, selector = _selected(step)
        keyword = {"[]": "items", "{}": "additionalProperties"}.get(name)
        for branch in self._branches(place) if name else ():
            node = self._node(branch)
            if keyword is not None and isinstance(node.get(keyword), dict):
                place = pointers.join(branch, keyword)
                break
            if keyword is None and name in node.get("properties", {}):
                place = pointers.join(branch, "properties", name)
                break
        else:
            if name:
                raise NotThere(f"its schema has no {step!r} on the way to {path!r}")
        return self._choose(place, selector, path) if selector else place

    def _choose(self, place: str, selector: str, path: str) -> str:
        if selector[0] == "|":
            found = (one for one in self._branches(place) if selector[1:] in self._node(one).get("properties", {}))
        else:
            found = (one for one in self._alternatives(place) if self._fits(self._node(one), one, selector))
        if (chosen := next(found, None)) is not None:
            return chosen
        raise NotThere(f"no branch of its union is {selector!r} on the way to {path!r}")

    def _fits(self, node: Json, branch: str, selector: str) -> bool:
        if selector[0] == ":":
            return selector[1:] in _listed(node.get("type"))
        member, _, value = selector.partition("=")
        if not member:
            return value in _constants(node)
        here = next(
            (
                self._node(one).get("properties", {})[member]
                for one in self._branches(branch)
                if member in self._node(one).get("properties", {})
            ),
            None,
        )
        return isinstance(here, dict) and value in _constants(here)

    def _whole(self, place: str) -> str:
        """What a property refers to: through its `$ref`, and through a union with null."""
        place = pointers.follow(self._document, place)
        real = [branch for branch in self._alternatives(place) if self._node(branch).get("type") != "null"]
        return pointers.follow(self._document, real[0]) if len(real) == 1 else place

    def _branches(self, place: str, depth: int = 0) -> Iterator[str]:
        """The schema at `place` and those that it is made of, what refines before what is refined."""
        place = pointers.follow(self._document, place)
        node = pointers.resolve(self._document, place)
        if not isinstance(node, dict) or depth > 16:
            return
        yield place
        for keyword, order in (("allOf", -1), ("anyOf", 1), ("oneOf", 1)):
            for index in range(len(node.get(keyword, ())))[::order]:
                yield from self._branches(pointers.join(place, keyword, index), depth + 1)

    def _alternatives(self, place: str) -> Iterator[str]:
        place = pointers.follow(self._document, place)
        node = pointers.resolve(self._document, place)
        for keyword in ("anyOf", "oneOf"):
            for index in range(len(node.get(keyword, ()))):
                inner = pointers.join(place, keyword, index)
                nested = [*self._alternatives(inner)]
                yield from nested or [inner]

    def _members(self, branch: str) -> list[str]:
        return [pointers.join(branch, "properties", name) for name in self._node(branch).get("properties", {})]

    def _node(self, place: str) -> Json:
        found = pointers.resolve(self._document, pointers.follow(self._document, place))
        return found if isinstance(found, dict) else {}


def _steps(path: str) -> list[str]:
    if not path:
        return []
    if path == "/":
        return [""]
    return path.removeprefix("/").split("/")


def _selected(step: str) -> tuple[str, str]:
    """A step and its selector: `[]` and `role=user` of `[role=user]`, `stop` and `:array` of `stop:array`."""
    if step.startswith("[") and step != "[]":
        return "[]", step[1:-1]
    for mark in ("=", ":", "|"):
        name, found, value = step.partition(mark)
        if found:
            return pointers.unescape(name), mark + value
    return pointers.unescape(step), ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _constants(node: Json) -> list[Any]:
    return [*([node["const"]] if "const" in node else []), *node.get("enum", ())]
