"""References that lead nowhere, what OpenAPI's own schema forbids, and schemas that are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inferproof.document import pointers, schema_nodes
from inferproof.document.lint.dialect import lowered
from inferproof.document.lint.finding import Finding


def references(document: Any) -> Iterator[Finding]:
    for pointer, reference in schema_nodes.references(document):
        if not reference.startswith("#"):
            continue  # another document is not ours to read
        try:
            pointers.resolve(document, reference)
        except KeyError as error:
            yield Finding(pointer, "ref", f"$ref {reference} leads nowhere: {error.args[0].partition(' (')[0]}")


def structure(document: dict[str, Any]) -> list[Finding]:
    # Heavy, and needed by nobody who only loads a contract.
    import openapi_spec_validator as osv
    from openapi_spec_validator import schemas as known
    from openapi_spec_validator.validation.exceptions import OpenAPIValidationError
    from referencing.exceptions import Unresolvable

    kinds = {
        "3.0": (known.schema_v30, osv.OpenAPIV30SpecValidator),
        "3.1": (known.schema_v31, osv.OpenAPIV31SpecValidator),
        "3.2": (known.schema_v32, osv.OpenAPIV32SpecValidator),
    }
    version = str(document.get("openapi", ""))
    if version[:3] not in kinds:
        return [Finding("/openapi", "openapi", f'is "{version}"; expected {", ".join(kinds)}')]
    schema, validator = kinds[version[:3]]
    found = list(_of_openapi(document, dict(schema)))
    try:
        for error in validator(document).iter_errors():
            # The others are of OpenAPI's schema, found above, or within schemas and without their place, found below.
            if type(error) is not OpenAPIValidationError:
                found.append(Finding(pointers.of_path(error.absolute_path), "openapi", error.message.splitlines()[0]))
    except Unresolvable:
        pass  # stumbled over a dangling reference, which has a finding of its own
    except Exception:
        if not found:  # else it stumbled over what is found already
            raise
    return found


def _of_openapi(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[Finding]:
    """What breaks OpenAPI's own schema of a document."""
    import jsonschema_rs

    errors = list(jsonschema_rs.validator_for(schema, offline=True).iter_errors(document))
    places = [pointers.join("", *error.instance_path) for error in errors]
    for error, place in zip(errors, places, strict=True):
        unknown: list[str] | None = getattr(error.kind, "unexpected", None)
        if unknown:
            # A member that is wrong within is unknown too, to a schema that counts what its parts have accepted.
            unknown = [name for name in unknown if not _breaks_within(pointers.join(place, name), places)]
            if not unknown:
                continue
        words = _unknown(unknown) if unknown else error.message.splitlines()[0]
        yield Finding(place, "openapi", words)


def _breaks_within(member: str, places: list[str]) -> bool:
    return any(place == member or place.startswith(f"{member}/") for place in places)


def _unknown(members: list[str]) -> str:
    names = ", ".join(repr(name) for name in sorted(members))
    verb, noun = ("is", "a member") if len(members) == 1 else ("are", "members")
    return f"{names} {verb} not {noun} that OpenAPI knows here; begin a name of your own with x-"


def schemas(document: dict[str, Any]) -> Iterator[Finding]:
    import jsonschema_rs

    for pointer, schema in schema_nodes.schemas(lowered(document)):
        try:
            jsonschema_rs.meta.validate(schema)
        except jsonschema_rs.ValidationError as error:
            yield Finding(pointers.join(pointer, *error.instance_path), "schema", error.message.splitlines()[0])
