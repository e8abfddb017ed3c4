"""Answers of the API held against its own description: no member is left undescribed."""

import re
from functools import cache
from typing import Any

from api.description import read_schema


def find_undescribed(method: str, path: str, status: int, body: Any) -> list[str]:
    """Name what an answer has and the description has not, or the other way round."""
    operation = _find_operation(method, path.partition("?")[0])
    if operation is None:
        return []
    answer = operation["responses"].get(str(status))
    if answer is None:
        return [f"{method} {path}: {status} is not described"]
    contents = answer.get("content", {}).values()
    shapes = [content["schema"] for content in contents if "schema" in content]
    return _compare(body, shapes[0], f"{method} {path} {status}") if shapes else []


@cache
def _list_paths() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    paths = read_schema()["paths"]
    # Addresses without parameters first: /static_codes/events is no static code.
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


def _compare(value: Any, shape: dict[str, Any], where: str) -> list[str]:
    shape, is_nullable = _resolve(shape)
    if value is None:
        return [] if is_nullable else [f"{where} is null"]
    if isinstance(value, list):
        inner = shape.get("items", {})
        return [fault for each in value for fault in _compare(each, inner, where)]
    if isinstance(value, dict) and "properties" in shape:
        return _compare_members(value, shape, where)
    return []


def _compare_members(value: dict[str, Any], shape: dict[str, Any], where: str) -> list[str]:
    known, required = shape["properties"], set(shape.get("required", []))
    faults = [f"{where}.{name} is not described" for name in value.keys() - known.keys()]
    faults += [f"{where}.{name} is missing" for name in required - value.keys()]
    for name in value.keys() & known.keys():
        faults += _compare(value[name], known[name], f"{where}.{name}")
    return faults


def _resolve(shape: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    is_nullable = shape.get("nullable", False)
    for inner in shape.get("allOf", []):
        shape = inner
    if "$ref" in shape:
        shape = read_schema()["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return shape, is_nullable or shape.get("nullable", False) or "oneOf" in shape
