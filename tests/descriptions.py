"""Compares the API's answers with its own description; every member must be described.

OpenAPI 3.1 describes answers by JSON Schema, so any validator of that says whether they fit.
"""

import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from api.description import read_schema


def find_undescribed(method: str, path: str, status: int, body: Any) -> list[str]:
    """Return the differences between an answer's members and its description."""
    operation = _find_operation(method, path.partition("?")[0])
    if operation is None:
        return []
    answer = operation["responses"].get(str(status))
    if answer is None:
        return [f"{method} {path}: {status} is not described"]
    contents = answer.get("content", {}).values()
    shapes = [content["schema"] for content in contents if "schema" in content]
    return _compare(body, shapes[0], f"{method} {path} {status}") if shapes else []


def _compare(body: Any, shape: dict[str, Any], where: str) -> list[str]:
    faults = _make_validator(shape["$ref"]).iter_errors(body)
    return [f"{where} {fault.json_path}: {fault.message}" for fault in faults]


@cache
def _make_validator(reference: str) -> Draft202012Validator:
    components = read_schema()["components"]
    schemas = {name: _close(each) for name, each in components["schemas"].items()}
    return Draft202012Validator({"$ref": reference, "components": {"schemas": schemas}})


def _close(schema: dict[str, Any]) -> dict[str, Any]:
    """Refuse members that the description does not name; clients have to bear new ones."""
    return schema | {"additionalProperties": False} if "properties" in schema else schema


@cache
def _list_paths() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    paths = read_schema()["paths"]
    # Addresses without parameters first: /counter_codes/events is no counter code.
    return [
        (re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path))), operations)
        for path, operations in sorted(paths.items(), key=lambda each: each[0].count("{"))
    ]


def _find_operation(method: str, path: str) -> dict[str, Any] | None:
    for pattern, operations in _list_paths():
        if pattern.fullmatch(path):
            found: dict[str, Any] | None = operations.get(method.lower())
            return found
    return None
