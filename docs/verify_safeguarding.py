"""Check the proof that your money is in a report of safeguarding: Python 3.9, no other file.

    python verify_safeguarding.py proof.json
    python verify_safeguarding.py proof.json --report 9f2c...

The proof says that what you are owed is counted in the total that the operator has signed. That
everybody else was shown the same report is what its fingerprint tells: compare it with the one
that others have, or that an auditor has published. docs/safeguarding.md explains it.
"""  # noqa: INP001

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

PROOF_FORMAT, REPORT_FORMAT = "tessera-safeguarding-proof-1", "tessera-safeguarding-1"
PARTS, LIMIT = 2, 2**63
HASH = re.compile("[0-9a-f]{64}")
AMOUNT = re.compile("0|[1-9][0-9]{0,18}")
SIGNED_AMOUNT = re.compile("-?(0|[1-9][0-9]{0,18})")
ACCOUNT = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PROOF_KEYS = {"format", "leaves", "report", "report_hash", "signature"}
LEAF_KEYS = {"account_id", "amount_minor", "index", "path", "salt"}
OWED = ("wallets_minor", "shops_minor")
COUNTED = (*OWED, "total_minor")
OTHERS = ("shops_owe_minor", "transit_minor", "suspense_minor", "fees_minor", "later_minor")
REPORT_KEYS = {"bank_day", "bank_minor", "currency", "difference_minor", "format", "key"}
REPORT_KEYS |= {"leaf_count", "number", "previous_hash", "root", "until", *COUNTED, *OTHERS}


class NotProved(Exception):
    """The proof proves nothing; the message says why."""


def main() -> int:
    """Print what was proved, or what is wrong, and return the exit code."""
    parser = argparse.ArgumentParser(description="Check a proof of safeguarding.")
    parser.add_argument("proof", help="the file from the page, or - for stdin")
    parser.add_argument("--report", metavar="HASH", help="the fingerprint as you know it")
    arguments = parser.parse_args()
    try:
        proof = read_proof(read_bytes(arguments.proof))
        check_report(proof, arguments.report)
        check_leaves(proof)
        check_sums(proof["report"])
    except (NotProved, OSError) as refusal:
        sys.stdout.write(f"NOT PROVED: {refusal}\n")
        return 1
    sys.stdout.write(describe(proof, arguments.report))
    return 0


def read_bytes(name: str) -> bytes:
    """Read a file or standard input."""
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()


def read_proof(content: bytes) -> dict[str, Any]:
    """Read the proof; every byte has to be as it was written, or it is refused."""
    try:
        proof: dict[str, Any] = json.loads(content.decode("utf-8"))
        is_canonical = write_canonical(proof) == content
    except (ValueError, RecursionError):
        raise NotProved("the file is damaged, or is no proof") from None
    if not is_canonical or not has_keys(proof, PROOF_KEYS):
        raise NotProved("the file was changed, or is no proof")
    if proof["format"] != PROOF_FORMAT or not has_keys(proof["report"], REPORT_KEYS):
        raise NotProved("it is a proof of another format")
    report, leaves = proof["report"], proof["leaves"]
    if report["format"] != REPORT_FORMAT or type(leaves) is not list or not leaves:
        raise NotProved("it is of a report of another format")
    counts = [report["leaf_count"], report["number"]]
    if not all(type(each) is int for each in counts):
        raise NotProved("there is a number in it that is none")
    check_texts(HASH, [report["root"], report["previous_hash"], proof["report_hash"]])
    check_texts(AMOUNT, [report[name] for name in COUNTED])
    said = [report["bank_minor"], report["difference_minor"]]
    said = [each for each in said if each is not None]
    check_texts(SIGNED_AMOUNT, [*said, *(report[name] for name in OTHERS)])
    for leaf in leaves:
        check_leaf(leaf)
    return proof


def check_leaf(leaf: object) -> None:
    """Refuse a leaf that is not written as one."""
    if not isinstance(leaf, dict) or set(leaf) != LEAF_KEYS or type(leaf["path"]) is not list:
        raise NotProved("there is a leaf in it that is none")
    if type(leaf["index"]) is not int:
        raise NotProved("there is a place in it that is none")
    if not all(has_keys(node, {"hash", "sum_minor"}) for node in leaf["path"]):
        raise NotProved("there is a neighbour in it that is none")
    check_texts(ACCOUNT, [leaf["account_id"]])
    check_texts(HASH, [leaf["salt"], *(node["hash"] for node in leaf["path"])])
    check_texts(AMOUNT, [leaf["amount_minor"], *(node["sum_minor"] for node in leaf["path"])])


def check_texts(pattern: re.Pattern[str], texts: list[Any]) -> None:
    """Refuse a hash, an amount or an account that is not written as one: none is negative."""
    if not all(type(each) is str and pattern.fullmatch(each) for each in texts):
        raise NotProved("there is a hash, an amount or an account in it that is none")


def check_report(proof: dict[str, Any], known: str | None) -> None:
    """Hash the report, and hold it against the fingerprint that is known, if one is."""
    if hashlib.sha256(write_canonical(proof["report"])).hexdigest() != proof["report_hash"]:
        raise NotProved("the report does not have its fingerprint: it was changed")
    if known is not None and known.lower() != proof["report_hash"]:
        raise NotProved(f"the report is known with another fingerprint, {known}")


def check_leaves(proof: dict[str, Any]) -> None:
    """Hash each leaf up to the root, and add up every sum on the way."""
    report = proof["report"]
    places = [leaf["index"] for leaf in proof["leaves"]]
    if len(set(places)) != len(places):
        raise NotProved("one leaf is counted twice")
    accounts = [leaf["account_id"] for leaf in proof["leaves"]]
    if any(accounts.count(each) != PARTS for each in accounts):
        raise NotProved(f"an account has not {PARTS} leaves")
    for leaf in proof["leaves"]:
        found = follow_path(leaf, count=report["leaf_count"])
        if found is None or found[0].hex() != report["root"]:
            raise NotProved("your amount is not in the report: its path leads to another root")
        if found[1] != int(report["total_minor"]):
            raise NotProved("the sums on the path are not the report's total")


def follow_path(leaf: dict[str, Any], *, count: int) -> tuple[bytes, int] | None:
    """Return the root and the total that a path leads to; None for an impossible path."""
    if not 0 <= leaf["index"] < count:
        return None
    total = int(leaf["amount_minor"])
    account = bytes.fromhex(leaf["account_id"].replace("-", ""))
    if total >= LIMIT:
        return None
    content = bytes.fromhex(leaf["salt"]) + account + write_sum(total)
    node, place, last = hashlib.sha256(b"\x00" + content).digest(), leaf["index"], count - 1
    for neighbour in leaf["path"]:
        other, more = bytes.fromhex(neighbour["hash"]), int(neighbour["sum_minor"])
        if last == 0 or total + more >= LIMIT:
            return None
        mine, theirs = node + write_sum(total), other + write_sum(more)
        if place % 2 or place == last:
            node = hashlib.sha256(b"\x01" + theirs + mine).digest()
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            node = hashlib.sha256(b"\x01" + mine + theirs).digest()
        total += more
        place, last = place // 2, last // 2
    return (node, total) if last == 0 else None


def check_sums(report: dict[str, Any]) -> None:
    """Add up the report: what is owed, and what should be at the bank."""
    minor = {name: int(report[name]) for name in (*COUNTED, *OTHERS)}
    if minor["total_minor"] != sum(minor[name] for name in OWED):
        raise NotProved("customers and shops together are not the report's total")
    if report["bank_minor"] is None or report["difference_minor"] is None:
        return
    due = minor["total_minor"] - minor["shops_owe_minor"] - minor["later_minor"]
    due += minor["transit_minor"] + minor["suspense_minor"] + minor["fees_minor"]
    if int(report["bank_minor"]) - due != int(report["difference_minor"]):
        raise NotProved("the report's difference is not that of its amounts")


def write_sum(minor: int) -> bytes:
    """Write a sum as it is hashed: eight bytes, the highest first."""
    return minor.to_bytes(8, "big")


def write_canonical(content: object) -> bytes:
    """Write JSON as RFC 8785 does: keys sorted, no space, UTF-8."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8")


def has_keys(content: object, keys: set[str]) -> bool:
    """Return whether it is an object of exactly these keys."""
    return isinstance(content, dict) and set(content) == keys


def describe(proof: dict[str, Any], known: str | None) -> str:
    """Say what was proved."""
    report = proof["report"]
    mine = sum(int(leaf["amount_minor"]) for leaf in proof["leaves"])
    bank, difference = report["bank_minor"], report["difference_minor"]
    lines = {
        "yours": f"{mine} minor units of {report['currency']}",
        "account": ", ".join(sorted({leaf["account_id"] for leaf in proof["leaves"]})),
        "owed in all": f"{report['total_minor']} to customers and shops",
        "at the bank": f"{bank} at the end of {report['bank_day']}"
        if bank
        else "not known yet",
        "report": f"number {report['number']}, as of {report['until']}",
        "fingerprint": proof["report_hash"],
        "signed with": report["key"] or "nothing: the installation has no signing key",
    }
    text = "OK: what you are owed is counted in the report's total.\n"
    for name, value in lines.items():
        # A terminal obeys some characters; who made the proof may have chosen them.
        text += f"  {name:<13}{value if str(value).isprintable() else ascii(value)}\n"
    if difference not in {None, "0"}:
        text += f"The bank has {difference} minor units more than the books say: ask why.\n"
    if known is None:
        return text + "Compare the fingerprint with the one that others were shown: --report.\n"
    return text + "The fingerprint is the one you know.\n"


if __name__ == "__main__":
    sys.exit(main())
