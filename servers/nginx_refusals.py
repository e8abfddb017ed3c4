"""The refusals nginx answers itself: below /api/ in the API's own format."""

import json
from typing import TypedDict


class _Answer(TypedDict):
    status: int
    code: str
    detail: str


# For each status: nginx's own ones that end in it, the API's code, and the words.
_PROBLEMS: dict[int, tuple[tuple[int, ...], str, str]] = {
    400: ((400, 414, 494), "request_invalid", "This request cannot be read."),
    404: ((404,), "not_found", "There is nothing here."),
    405: ((405,), "method_not_allowed", "This address does not take this method."),
    413: ((413,), "too_large", "The body is larger than 1 MB."),
    500: (
        (500,),
        "internal_error",
        "Something is wrong on our side. Ask with the same key what became of it.",
    ),
    503: ((502, 503, 504), "unavailable", "Try again in a moment with the same key."),
}
# When a rank has no room for one more; the web refuses in the same words.
_OVERLOADED: _Answer = {
    "status": 503,
    "code": "overloaded",
    "detail": "More is asked than can be answered at this moment. Nothing was changed;"
    " try again with the same key.",
}
_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>One moment, please</title>
<style>
:root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif }
body { max-width: 30rem; margin: 20vh auto 0; padding: 0 1.5rem }
h1 { font-size: 1.5rem }
</style>
<h1>One moment, please</h1>
<p>{advice}</p>
</html>
"""
# A key that would not arrive: nginx uses 418 internally, and answers 400.
_KEY: _Answer = {
    "status": 400,
    "code": "request_invalid",
    "detail": "Idempotency-Key: Send one key: 1 to 255 printable ASCII characters, no comma.",
}
# Refused before a location is chosen: the request line shows whether it is the API's.
_EARLY = (400, 405)


def write_error_pages() -> str:
    """Return the directives of the API's location."""
    return f"{_write_directives(*_PROBLEMS)}\nerror_page 418 =400 /_refused/key;"


def write_early_error_pages() -> str:
    """Return the directives for requests refused before their address is parsed."""
    return _write_directives(*_EARLY)


def write_answers() -> str:
    """Return the locations that hold the answers.

    They are addresses, because nginx sends an unreadable request, which has no address, to no
    named location.
    """
    answers = [
        _write_answer(str(status), status=status, code=code, detail=detail)
        for status, (_, code, detail) in _PROBLEMS.items()
    ]
    return "\n".join([*answers, _write_answer("key", **_KEY)])


def write_page(advice: str) -> str:
    """Return a small page that needs nothing else."""
    return _PAGE.replace("{advice}", advice)


def _write_directives(*statuses: int) -> str:
    return "\n".join(
        f"error_page {' '.join(map(str, _PROBLEMS[status][0]))} ={status} /_refused/{status};"
        for status in statuses
    )


def _write_answer(place: str, *, status: int, code: str, detail: str) -> str:
    problem = _write_problem(status, code, detail)
    overloaded = _write_problem(**_OVERLOADED)
    lines = [
        f"location = /_refused/{place} {{",
        "    internal;",
        "    default_type application/problem+json;",
        "    add_header Cache-Control no-store always;",
        *(["    add_header Retry-After $retry_after always;"] if status == 503 else []),
        *([f"    if ($is_api = 0) {{ return {status}; }}"] if status in _EARLY else []),
        *(
            [f"    if ($is_overloaded) {{ return 503 '{overloaded}'; }}"]
            if status == 503
            else []
        ),
        f"    return {status} '{problem}';",
        "}",
    ]
    return "\n".join(lines)


def _write_problem(status: int, code: str, detail: str) -> str:
    problem = {
        "type": f"/api/docs/#{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": detail,
    }
    return json.dumps(problem)
