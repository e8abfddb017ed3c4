"""The page that describes the API: the generated schema, rendered for people."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from api.description import read_schema
from api.problems import FRAMEWORK_CODES
from api.schema import EVERYWHERE
from foundation.refusals import list_problems

_JSON = "application/json"
_SHAPES = "#/components/schemas/"
# The framework's schema of an enumeration that may be null.
_NULL = f"{_SHAPES}NullEnum"
_NOT_SHOWN = {"Problem", "FieldProblem", "NullEnum"}
_MEANINGS = {
    "request_invalid": "The request does not have the form described here;"
    " the list of errors names the fields.",
    "not_authenticated": "No valid key, token or session came with the request.",
    "not_allowed": "The CSRF token of our own page is missing or wrong.",
    "not_found": "There is no such thing, or it is not yours; the two look alike.",
    "method_not_allowed": "This address does not take this method.",
    "too_large": "The body is larger than 1 MB.",
    "internal_error": "A mistake of ours; it is in our log. Whether something happened is not"
    " known: ask, or try again with the same key.",
    "unsupported_media_type": "Send JSON, with its Content-Type.",
    "busy": "Somebody else has held what is needed for too long. Nothing was changed.",
    "still_running": "The same was asked before, and what comes of it is not known yet."
    " Ask again with the same key.",
    "timed_out": "It took the database too long. Nothing was changed.",
    "overloaded": "More is asked than can be answered at this moment. Nothing was changed;"
    " try again with the same key after the seconds in Retry-After.",
    "try_again": "The database is busy or away, and nothing is known to have happened."
    " Try again with the same key.",
    "unavailable": "The front door is open and nobody is behind it. Try again in a moment.",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a request or of an answer."""

    name: str
    kind: str
    shape: str
    required: bool
    note: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of an operation that is not refused."""

    status: int
    title: str
    media_type: str
    shape: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path."""

    name: str
    method: str
    path: str
    summary: str
    group: str
    body: str
    fields: list[Field]
    answer: Answer
    refusals: list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Shape:
    """An object of the API."""

    name: str
    summary: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class Code:
    """A refusal, as programs get it."""

    code: str
    status: int
    meaning: str


@require_GET
def show_api(request: HttpRequest) -> HttpResponse:
    """Show every operation, object and refusal on one page."""
    return render(request, "api_docs.html", read_api())


@lru_cache(maxsize=1)
def read_api() -> dict[str, Any]:
    """Arrange the schema for the template; cached for the life of the process."""
    schema = read_schema()
    known = schema["components"]["schemas"]
    operations = [
        _read_operation(method, path, described=described, known=known)
        for path, methods in schema["paths"].items()
        for method, described in methods.items()
    ]
    asked = {operation.body for operation in operations}
    shapes = [
        Shape(name, _describe_shape(described), list(_read_fields(described)))
        for name, described in known.items()
        if name not in _NOT_SHOWN and name not in asked
    ]
    groups = dict.fromkeys(operation.group for operation in operations)
    return {
        "groups": [
            (group, [each for each in operations if each.group == group]) for group in groups
        ],
        "shapes": shapes,
        "codes": list_codes(),
    }


def list_codes() -> list[Code]:
    """List every code of a refusal, each once, by name."""
    # All refusals are known once the views were imported, as reading the schema does.
    read_schema()
    codes: dict[str, Code] = {}
    known = sorted(list_problems().items(), key=lambda each: each[0].__module__)
    for refusal, told in known:
        meaning = _MEANINGS.get(told.code) or (refusal.__doc__ or "").partition("\n")[0]
        codes.setdefault(told.code, Code(told.code, told.status, meaning))
    framework = {code: status for status, code in FRAMEWORK_CODES.items()}
    for code, status in (framework | EVERYWHERE).items():
        codes.setdefault(code, Code(code, status, _MEANINGS[code]))
    return sorted(codes.values(), key=lambda each: each.code)


def _read_operation(
    method: str, path: str, *, described: dict[str, Any], known: dict[str, Any]
) -> Operation:
    answers = described["responses"]
    status = int(next(iter(answers)))
    content: dict[str, Any] = answers[str(status)].get("content", {})
    media_type = next(iter(content), "")
    body = _find_body(described)
    return Operation(
        name=described["operationId"],
        method=method.upper(),
        path=path,
        summary=described["summary"],
        group=described["tags"][0],
        body=body,
        fields=[
            *_read_parameters(described),
            *_read_raw_body(described),
            *_read_fields(known.get(body, {})),
        ],
        answer=Answer(
            status=status,
            title=HTTPStatus(status).phrase,
            media_type=media_type,
            shape=_find_shape(content.get(media_type, {}).get("schema", {})),
        ),
        refusals=[
            (status, codes)
            for status, answer in answers.items()
            if int(status) >= HTTPStatus.BAD_REQUEST
            and (codes := sorted({*answer["description"].split(", ")} - {*EVERYWHERE}))
        ],
    )


def _read_parameters(described: dict[str, Any]) -> Iterator[Field]:
    for parameter in described.get("parameters", []):
        if parameter["in"] != "path":
            kind = parameter["schema"]["type"]
            yield Field(
                name=parameter["name"],
                kind=f"{kind} in the {parameter['in']}",
                shape="",
                required=parameter.get("required", False),
                note=parameter.get("description", ""),
            )


def _find_body(described: dict[str, Any]) -> str:
    content = described.get("requestBody", {}).get("content", {})
    return _find_shape(content.get(_JSON, {}).get("schema", {}))


def _read_raw_body(described: dict[str, Any]) -> Iterator[Field]:
    for media_type in described.get("requestBody", {}).get("content", {}):
        if media_type != _JSON:
            yield Field(name="body", kind=media_type, shape="", required=True, note="As it is.")


def _read_fields(shape: dict[str, Any]) -> Iterator[Field]:
    required: Iterable[str] = shape.get("required", ())
    for name, described in shape.get("properties", {}).items():
        yield Field(
            name=name,
            kind=_describe_kind(described),
            shape=_find_shape(described),
            required=name in required,
            note=described.get("description", ""),
        )


def _describe_shape(described: dict[str, Any]) -> str:
    words = [word for word in described.get("enum", ()) if word is not None]
    return f"One of: {', '.join(words)}." if words else described.get("description", "")


def _describe_kind(described: dict[str, Any]) -> str:
    inner = described.get("items")
    if inner is not None:
        return f"list of {_find_shape(inner) or _name_type(inner)}"
    kind = _find_shape(described) or described.get("format") or _name_type(described)
    limits = [
        f"{words} {described[name]}"
        for name, words in {
            "minimum": "at least",
            "maximum": "at most",
            "maxLength": "at most",
        }.items()
        if name in described
    ]
    null = ["or null"] if _may_be_null(described) else []
    return ", ".join([kind, *limits, *null])


def _name_type(described: dict[str, Any]) -> str:
    named = described.get("type", "object")
    kinds = [named] if isinstance(named, str) else named
    return " or ".join(kind for kind in kinds if kind != "null")


def _may_be_null(described: dict[str, Any]) -> bool:
    choices = described.get("oneOf", [])
    return "null" in described.get("type", []) or any(
        each.get("type") == "null" or each.get("$ref") == _NULL for each in choices
    )


def _find_shape(described: dict[str, Any]) -> str:
    whole = [described, described.get("items", {})]
    for part in [*whole, *described.get("allOf", []), *described.get("oneOf", [])]:
        name = part.get("$ref", "")
        if name.startswith(_SHAPES) and name != _NULL:
            return str(name).removeprefix(_SHAPES)
    return ""
