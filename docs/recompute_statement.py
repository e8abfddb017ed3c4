"""Recompute a Tessera settlement from its exported lines: Python 3.9 or newer, no other file.

    python recompute_statement.py settlement-0008-EUR.json
    python recompute_statement.py settlement-0008-EUR.csv           as a program gets it
    python recompute_statement.py settlement-0008-EUR.json --checksum 9f2c...
    python recompute_statement.py settlement-0008-EUR.json --write statement.csv

Every sale and refund is added up again, the equation is worked out from the sums, and the file
for programs is written anew, byte by byte: its SHA-256 is the checksum that stands in the
workbook, in the JSON and in the files for spreadsheets. docs/settlement_files.md explains it.
"""  # noqa: INP001

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import sys
import unicodedata
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

LINE = ["line", "kind", "time", "store", "till", "cashier", "charge", "code"]
LINE += ["refund", "reference", "amount", "fee", "net", "currency"]
# What a refund of a sale of an earlier settlement says of it, in rows after its own.
OLDER = ["sale_day", "sale_settlement", "sale_fee"]
BLANKS = [""] * (len(LINE) - 1)
COLUMNS = ["record", *LINE, "name", "value"]
FACTS = ["settlement", "number", "merchant", "first_day", "last_day", "opened_at"]
FACTS += ["closed_at", "time_zone", "payout_due_on", "currency", "sales_count"]
FACTS += ["refunds_count", "tips", "refunded_tips"]
FACTS += ["opening", "sales", "refunds", "fees", "adjusted", "payout"]
FACTS += ["closing"]
# Left out where there is none.
OPTIONAL = {"adjusted", "tips", "refunded_tips"}
# What a sub-total of the JSON is of.
SUBTOTALS = {"day": ["day"], "store": ["store"], "till": ["store", "till"]}
SUBTOTALS["cashier"] = ["cashier"]
SUMS = ["sales_count", "sales", "refunds_count", "refunds", "fees", "net"]
# The lines do not say how customers paid.
UNSAID = {"method"}
NO_LINES = {"sales": 0, "refunds": 0}
TYPED = {"merchant", "store", "till", "cashier", "reference"}


class Wrong(Exception):
    """The file does not say what its lines say; the message says where."""


def main() -> int:
    """Print what was recomputed, or what is wrong, and return the exit code."""
    parser = argparse.ArgumentParser(description="Recompute a settlement from its lines.")
    parser.add_argument("file", help="the JSON, or the CSV for programs, or - for stdin")
    parser.add_argument("--checksum", metavar="HASH", help="as it stands in another form")
    parser.add_argument("--write", metavar="FILE", help="where to write the file for programs")
    arguments = parser.parse_args()
    try:
        text = read_text(arguments.file)
        facts, lines, stated = read_statement(text)
        check_sums(facts, lines)
        subtotals = read_json_only(text, "subtotals", {})
        unsaid = {key: subtotals.pop(key) for key in UNSAID & subtotals.keys()}
        check_subtotals(subtotals, lines)
        for key, rows in unsaid.items():
            check_parts(f"the sub-totals by {key}", rows, facts)
        check_parts("the rates of VAT", read_json_only(text, "vat", []), facts)
        text = write_statement(facts, lines)
        digest = hashlib.sha256(text.encode()).hexdigest()
        check_checksum(digest, stated, arguments.checksum)
        if arguments.write:
            end = write_rows([state("end", "sha256", digest)])
            Path(arguments.write).write_bytes((text + end).encode())
    except (Wrong, OSError, UnicodeDecodeError) as refusal:
        sys.stdout.write(f"WRONG: {refusal}\n")
        return 1
    sys.stdout.write(describe(facts, lines, digest))
    return 0


def read_text(name: str) -> str:
    """Read a file or standard input."""
    data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    return data.decode()


def read_statement(text: str) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """Return the facts, the lines and the checksum of a JSON or a CSV file."""
    if text.lstrip().startswith("{"):
        return read_json(text)
    return read_csv(text)


def read_json(text: str) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """Read the JSON file."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Wrong(f"the file is cut or is no JSON: {error}") from error
    try:
        facts, lines, stated = found["settlement"], found["lines"], found["sha256"]
        missing = [name for name in FACTS if name not in facts and name not in OPTIONAL]
        missing += [name for line in lines for name in LINE if name not in line]
    except (KeyError, TypeError) as error:
        raise Wrong(f"the file has no {error}") from error
    if missing:
        raise Wrong(f"the file has no {missing[0]!r}")
    return facts, lines, stated


def read_csv(text: str) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """Read the CSV file for programs."""
    rows = list(csv.DictReader(io.StringIO(text)))
    if not rows or list(rows[0]) != COLUMNS:
        raise Wrong("this is not the CSV for programs: choose Programs when you download it")
    heads = {row["name"]: row["value"] for row in rows if row["record"] == "head"}
    facts = {
        name: unquote(heads, name) for name in FACTS if name in heads or name not in OPTIONAL
    }
    lines: list[dict[str, Any]] = []
    for row in rows:
        if row["record"] == "line":
            lines.append({name: unquote(row, name) for name in LINE})
        elif row["record"] == "older":
            read_older(row, lines)
    ends = [row["value"] for row in rows if row["record"] == "end"]
    if not ends:
        raise Wrong("the file is cut: its last row is missing")
    return facts, lines, ends[0]


def read_older(row: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    """Add a fact of an older sale to the line of its refund, which is the last one."""
    if not lines or row["line"] != lines[-1]["line"] or row["name"] not in OLDER:
        raise Wrong(f"the older sale of line {row['line']!r} is not after its refund")
    lines[-1][row["name"]] = row["value"]


def unquote(fields: dict[str, Any], name: str) -> Any:  # noqa: ANN401  a text or a number
    """Return a field without the mark that keeps spreadsheets from running it."""
    if name not in fields or fields[name] is None:
        raise Wrong(f"the file has no {name!r}")
    value = fields[name]
    is_marked = name in TYPED and value.startswith("'") and quote(value[1:]) == value
    return value[1:] if is_marked else value


def quote(text: str) -> str:
    """Mark a text that a spreadsheet would run as a formula, as Tessera does."""
    plain = unicodedata.normalize("NFKC", text)
    unseen = {"Zs", "Zl", "Zp", "Cc", "Cf"}
    shown = "".join(sign for sign in plain if unicodedata.category(sign) not in unseen)
    is_formula = shown.startswith(("=", "+", "-", "@")) or text.startswith(("\t", "\r", "\n"))
    return f"'{text}" if is_formula else text


def check_sums(facts: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    """Add up the lines and compare with the facts."""
    sums = {"sales": Decimal(0), "refunds": Decimal(0), "fees": Decimal(0)}
    counts = {"sales_count": 0, "refunds_count": 0}
    for number, line in enumerate(lines, 1):
        amount, fee = check_line(line, number, currency=facts["currency"])
        kind = "sales" if line["kind"] == "sale" else "refunds"
        counts[f"{kind}_count"] += 1
        sums[kind] += amount
        sums["fees"] += fee
    for name, count in counts.items():
        if str(facts[name]) != str(count):
            raise Wrong(f"{name} is {facts[name]}, and there are {count} lines of that kind")
    for name, total in sums.items():
        if read_amount(facts[name], name) != total:
            raise Wrong(f"{name} is {facts[name]}, and the lines add up to {total}")
    names = ("opening", "sales", "refunds", "fees", "adjusted", "payout")
    stated = [read_amount(facts.get(name, "0"), name) for name in names]
    closing = sum(stated, Decimal(0))
    if read_amount(facts["closing"], "closing") != closing:
        raise Wrong(
            f"closing is {facts['closing']}, and the figures before add up to {closing}"
        )


def read_json_only(text: str, name: str, nothing: Any) -> Any:  # noqa: ANN401  as JSON is
    """Return what a JSON file has and a CSV has not, nor a file of before it."""
    return json.loads(text).get(name, nothing) if text.lstrip().startswith("{") else nothing


def check_parts(where: str, rows: list[dict[str, str]], facts: dict[str, Any]) -> None:
    """Add up parts that the lines do not say, and compare with the facts."""
    for name in ("sales", "refunds", "fees") if rows else ():
        if any(name not in row for row in rows):
            raise Wrong(f"{where} have no {name!r}")
        total = sum((read_amount(row[name], where) for row in rows), Decimal(0))
        if total != read_amount(facts[name], name):
            raise Wrong(f"{name} is {facts[name]}, and {where} add up to {total}")


def check_subtotals(stated: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    """Add up the lines in each way and compare with the sub-totals."""
    for key, rows in stated.items():
        if key not in SUBTOTALS:
            raise Wrong(f"the file has sub-totals by {key!r}, which this program does not know")
        sums: dict[Any, Any] = {}
        for line in lines:
            kind = "sales" if line["kind"] == "sale" else "refunds"
            here = {"day": line["time"][:10], **line}
            amounts = {kind: line["amount"], "fees": line["fee"]}
            add_up(sums, key, here, amounts=amounts, counts={kind: 1})
        said: dict[Any, Any] = {}
        for row in rows:
            missing = [name for name in (*SUMS, *SUBTOTALS[key]) if name not in row]
            if missing:
                raise Wrong(f"the sub-totals by {key} have no {missing[0]!r}")
            amounts = {name: row[name] for name in ("sales", "refunds", "fees")}
            counts = {name: row[f"{name}_count"] for name in ("sales", "refunds")}
            add_up(said, key, row, amounts=amounts, counts=counts)
        for label in sorted(sums.keys() | said.keys()):
            if sums.get(label) != said.get(label):
                raise Wrong(
                    f"the sub-total by {key} of {label} is not what its lines add up to"
                )


def add_up(
    sums: dict[Any, Any],
    key: str,
    facts: dict[str, Any],
    *,
    amounts: dict[str, str],
    counts: dict[str, int],
) -> None:
    """Add to a sub-total; two tills of one name are one here."""
    label = ", ".join(facts[name] for name in SUBTOTALS[key])
    total = sums.setdefault(
        label, {"sales": 0, "refunds": 0, "fees": 0, "count": dict(NO_LINES)}
    )
    for name, amount in amounts.items():
        total[name] += read_amount(amount, f"the sub-total by {key}")
    for name, count in counts.items():
        total["count"][name] += count


def check_line(line: dict[str, Any], number: int, *, currency: str) -> tuple[Decimal, Decimal]:
    """Check one line by itself, and return its amount and its fee."""
    where = f"line {number}"
    if str(line["line"]) != str(number):
        raise Wrong(f"{where} is missing, or the lines are not in their order")
    if line["kind"] not in {"sale", "refund"} or line["currency"] != currency:
        raise Wrong(f"{where} has another kind or currency")
    amount, fee, net = (read_amount(line[name], where) for name in ("amount", "fee", "net"))
    facts = [name for name in OLDER if name in line]
    if facts and (line["kind"] != "refund" or facts != OLDER):
        raise Wrong(f"{where} does not say of which sale it is a refund as refunds do")
    if amount + fee != net:
        raise Wrong(f"{where}: {amount} and the fee {fee} are not {net}")
    return amount, fee


def read_amount(text: str, where: str) -> Decimal:
    """Read an amount."""
    try:
        return Decimal(text)
    except (InvalidOperation, TypeError) as error:
        raise Wrong(f"{where}: {text!r} is no amount") from error


def write_statement(facts: dict[str, Any], lines: list[dict[str, Any]]) -> str:
    """Write the file for programs up to its last row, which has the hash of it."""
    net = sum((Decimal(line["net"]) for line in lines), Decimal(facts["opening"]) * 0)
    heads = [name for name in FACTS if name in facts]
    rows = [COLUMNS, *(state("head", name, field(name, facts[name])) for name in heads)]
    for line in lines:
        rows.append(["line", *(field(name, line[name]) for name in LINE), "", ""])
        older = [name for name in OLDER if name in line]
        rows += [["older", line["line"], *BLANKS, name, line[name]] for name in older]
    rows += [state("total", "lines", len(lines)), state("total", "net", net)]
    return write_rows(rows)


def field(name: str, value: Any) -> Any:  # noqa: ANN401  a text or a number
    """Return a field as it stands in the file."""
    return quote(value) if name in TYPED else value


def state(record: str, name: str, value: Any) -> list[Any]:  # noqa: ANN401  as above
    """Return a row with one fact."""
    return [record, *[""] * len(LINE), name, value]


def write_rows(rows: list[list[Any]]) -> str:
    """Write rows as CSV by RFC 4180."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue()


def check_checksum(digest: str, stated: str, known: str | None) -> None:
    """Compare the hash with the file's own and with the one that is known."""
    if digest != stated:
        raise Wrong(f"the file says its SHA-256 is {stated}, recomputed it is {digest}")
    if known is not None and known.strip().lower() != digest:
        raise Wrong(f"recomputed it is {digest}, not {known}")


def describe(facts: dict[str, Any], lines: list[dict[str, Any]], digest: str) -> str:
    """Say what was recomputed."""
    figures = [name for name in FACTS[FACTS.index("opening") :] if name in facts]
    rows = [f"  {name:<8} {facts[name]:>16} {facts['currency']}" for name in figures]
    return "\n".join(
        [
            f"RIGHT: {facts['settlement']}, number {facts['number']} of {facts['merchant']}",
            f"{len(lines)} lines add up to the statement's own figures:",
            *rows,
            f"SHA-256 {digest}",
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
