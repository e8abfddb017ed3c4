"""Holds other libraries for payment codes, and ours, against the same vectors.

    .venv/bin/python bench/qr_libraries.py

Each library is installed by itself into a folder that is thrown away, at the version named
here, and asked in a process of its own with a time limit. Prints a table in Markdown.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from qr.amounts import format_amount
from qr.conformance import list_misses, read_vectors
from qr.errors import PayloadInvalid, Weight
from qr.payment import PaymentRequest
from qr.registry import DIALECTS

FOLDER = Path(__file__).parent
VECTORS_PATH = FOLDER.parent / "tests/qr/vectors.jsonl"
SECONDS_TO_INSTALL, SECONDS_TO_ANSWER = 300, 60
Vector = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Library:
    """Another library: its source, and the formats it claims to read or write."""

    registry: str
    name: str
    version: str
    formats: tuple[str, ...]
    writes: bool = False
    # The reader's name in bench/qr_readers, where a library has several.
    profiles: Mapping[str, str] | None = None


LIBRARIES = (
    Library("PyPI", "cemacqr", "0.1.2", ("emv_mpm", "cemac"),
            profiles={"cemac": "cemacqr, CEMAC"}),
    Library("PyPI", "qriskit", "0.2.0", ("qris",)),
    Library("PyPI", "pysip-qr", "0.1.0", ("emv_mpm",)),
    Library("PyPI", "uemoa-qrcode-sdk", "0.1.0", ("emv_mpm", "uemoa")),
    Library("PyPI", "pixcanvas", "0.5.0", ("pix",)),
    Library("PyPI", "vietnam-qr-pay", "1.0.0", ("vietqr",)),
    Library("PyPI", "napas-qr-python", "0.2.0", ("vietqr",)),
    Library("PyPI", "vietqr-emvco", "1.0.0", ("vietqr",)),
    Library("PyPI", "konthaina-khqr", "0.1.7", ("khqr",)),
    Library("PyPI", "bceao-pispi-qrcode", "1.0.2", ("uemoa",)),
    Library("npm", "vietnam-qr-pay", "1.5.1", ("vietqr",)),
    Library("npm", "promptparse", "1.6.0", ("emv_mpm", "promptpay")),
    Library("npm", "pix-utils", "2.8.2", ("pix",)),
    Library("npm", "emvqr", "0.0.5", ("emv_mpm",)),
    Library("npm", "@walletfactory/emvqr", "0.1.1", ("emv_mpm",)),
    Library("npm", "emvco-qr-sdk", "1.0.0", ("emv_mpm",)),
    Library("npm", "ts-khqr", "2.2.3", ("khqr",)),
    Library("npm", "bakong-khqr", "1.0.20", ("khqr",)),
    Library("PyPI", "segno", "1.6.6", ("epc",), writes=True),
    Library("npm", "sepa-payment-qr-code", "2.0.2", ("epc",), writes=True),
    Library("PyPI", "qrbill", "1.2.0", ("swiss",), writes=True),
    Library("PyPI", "promptpay", "1.1.9", ("promptpay",), writes=True),
    Library("npm", "paynowqr", "1.1.2", ("paynow",), writes=True),
)  # fmt: skip


class NotInstalled(Exception):
    """The registry does not answer, or not with this version."""


def main(arguments: list[str]) -> int:
    """Print a row for each library and format."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", help="libraries whose name contains this")
    parser.add_argument("--explain", action="store_true", help="also list what goes wrong")
    options = parser.parse_args(arguments)
    vectors = read_vectors(VECTORS_PATH)
    print("| library | format | valid accepted | invalid refused | broke |")
    print("|---|---|---|---|---|")
    print(_judge_ours(vectors))
    for library in LIBRARIES:
        if options.only not in library.name:
            continue
        for row in _try_library(library, vectors, explain=options.explain):
            print(row, flush=True)
    return 0


def _judge_ours(vectors: Sequence[Vector]) -> str:
    counts = Counter[tuple[str, bool]]()
    for vector in vectors:
        kind = "valid" if vector["valid"] else "invalid"
        good = not list(list_misses(DIALECTS[vector["format"]], vector))
        counts[kind, good] += 1
    rates = (
        f"{counts[kind, True]}/{counts[kind, True] + counts[kind, False]}"
        for kind in ("valid", "invalid")
    )
    formats = len({vector["format"] for vector in vectors})
    return f"| **this library** | all {formats} | {' | '.join(rates)} | 0 |"


def _try_library(
    library: Library, vectors: Sequence[Vector], *, explain: bool
) -> Iterator[str]:
    label = f"{library.registry} {library.name} {library.version}"
    with tempfile.TemporaryDirectory() as folder:
        try:
            _install(library, Path(folder))
        except NotInstalled as problem:
            yield f"| {label} | {', '.join(library.formats)} | not installed | | {problem} |"
            return
        for name in library.formats:
            own = [vector for vector in vectors if vector["format"] == name]
            answers = _judge(library, Path(folder), own)
            yield _write_row(f"{label}{', writes' if library.writes else ''}", name, answers)
            if explain:
                yield from (
                    f"<!-- {outcome}: {vector['why']} -->"
                    for vector, outcome in answers
                    if outcome not in {"good", "no matter"}
                )


def _install(library: Library, folder: Path) -> None:
    pinned = {"PyPI": f"{library.name}=={library.version}"}
    command = {
        "PyPI": [
            sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--no-compile", "--target", str(folder), pinned["PyPI"],
        ],
        "npm": [
            "npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts",
            "--prefix", str(folder), f"{library.name}@{library.version}",
        ],
    }[library.registry]  # fmt: skip
    try:
        subprocess.run(  # noqa: S603  the command is ours
            command, check=True, capture_output=True, timeout=SECONDS_TO_INSTALL, cwd=folder
        )
    except (OSError, subprocess.SubprocessError) as problem:
        raise NotInstalled(type(problem).__name__) from None


def _judge(
    library: Library, folder: Path, vectors: Sequence[Vector]
) -> list[tuple[Vector, str]]:
    reader = (library.profiles or {}).get(vectors[0]["format"], library.name)
    given = [_describe(vector) if library.writes else vector["payload"] for vector in vectors]
    answers = _ask(library, reader, folder=folder, given=given)
    judge = _judge_writing if library.writes else _judge_reading
    pairs = zip(vectors, answers, strict=True)
    return [(vector, judge(vector, answer)) for vector, answer in pairs]


def _ask(
    library: Library, reader: str, *, folder: Path, given: list[Any]
) -> list[dict[str, str]]:
    command = {
        "PyPI": [sys.executable, "-S", str(FOLDER / "qr_readers.py"), reader],
        "npm": ["node", str(FOLDER / "qr_readers.js"), reader],
    }[library.registry]
    paths = {"PYTHONPATH": str(folder), "NODE_PATH": str(folder / "node_modules")}
    try:
        ended = subprocess.run(  # noqa: S603  the command is ours
            command,
            input=json.dumps(given),
            capture_output=True,
            text=True,
            check=True,
            timeout=SECONDS_TO_ANSWER,
            env={"PATH": os.environ["PATH"], **paths},
        )
        answers: list[dict[str, str]] = json.loads(ended.stdout.splitlines()[-1])
    except (subprocess.SubprocessError, ValueError, IndexError) as problem:
        return [{"answer": "failed", "text": type(problem).__name__}] * len(given)
    return answers


def _judge_reading(vector: Vector, answer: Mapping[str, str]) -> str:
    if answer["answer"] == "failed":
        return "broke"
    wanted = "accepted" if vector["valid"] else "refused"
    return "good" if answer["answer"] == wanted else answer["answer"]


def _judge_writing(vector: Vector, answer: Mapping[str, str]) -> str:
    if not _describe(vector):
        return "no matter"
    if answer["answer"] == "failed":
        return "broke"
    if answer["answer"] == "refused":
        return "refused" if vector["valid"] else "good"
    return _judge_written(vector, answer["text"])


def _judge_written(vector: Vector, text: str) -> str:
    dialect = DIALECTS[vector["format"]]
    try:
        if vector["valid"]:
            read, asked = dialect.decode(text).request, _read_request(vector)
            return "good" if _find_core(read) == _find_core(asked) else "wrote another"
        # Most of these have faults that no request to a writer can express.
        deviations = dialect.read(text).deviations
    except PayloadInvalid as refusal:
        return f"wrote what is refused ({refusal})"
    fatal = [each for each in deviations if each.weight is Weight.FATAL]
    return f"wrote what is refused ({fatal[0]})" if fatal else "no matter"


def _find_core(request: PaymentRequest | None) -> tuple[object, ...] | None:
    if request is None:
        return None
    accounts = {(each.kind, each.value) for each in request.accounts if each.kind != "bic"}
    return accounts, request.amount_minor


def _read_request(vector: Vector) -> PaymentRequest | None:
    try:
        return DIALECTS[vector["format"]].read(vector["payload"]).request
    except PayloadInvalid:
        return None


def _describe(vector: Vector) -> dict[str, Any]:
    """Return a payload's request in the terms of bench/qr_readers, if they suffice."""
    request = _read_request(vector)
    if request is None or (request.amount_minor is None and request.mutability != "open"):
        return {}
    extra = request.extra
    kinds = {account.kind: account.value for account in request.accounts}
    party = (
        "type",
        "name",
        "street_or_line1",
        "building_or_line2",
        "postal_code",
        "town",
        "country",
    )
    creditor, debtor = (
        {name: extra.get(f"{path}-{name}", "") for name in party}
        for path in ("creditor", "debtor")
    )
    own = {"name": request.payee_name, "town": request.payee_city, "country": request.country}
    amount = request.amount_minor
    mobile = kinds.get("mobile", "")
    return {
        "name": request.payee_name,
        "iban": kinds.get("iban", ""),
        "bic": kinds.get("bic", ""),
        "account": "0" + mobile[4:] if mobile else "".join(list(kinds.values())[:1]),
        "amount": "" if amount is None else format_amount(amount, request.currency),
        "currency": request.currency,
        "reference": request.reference,
        "text": request.message,
        "purpose": extra.get("purpose", ""),
        "information": extra.get("information", extra.get("bill_information", "")),
        "creditor": creditor | own,
        "debtor": debtor if any(debtor.values()) else None,
        "schemes": [text for path, text in extra.items() if path.startswith("alternative_")],
        "editable": request.mutability.value != "fixed",
        "expiry": extra.get("26-04", ""),
    }


def _write_row(label: str, name: str, answers: list[tuple[Vector, str]]) -> str:
    cells = []
    for valid in (True, False):
        own = [answer for vector, answer in answers if vector["valid"] is valid]
        tried = [answer for answer in own if answer != "no matter"]
        cells.append(f"{tried.count('good')}/{len(tried)}" if tried else "-")
    broke = sum(answer == "broke" for _, answer in answers)
    return f"| {label} | {name} | {cells[0]} | {cells[1]} | {broke} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
