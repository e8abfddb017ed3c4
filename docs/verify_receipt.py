"""Check the proof of a Tessera receipt: Python 3.9 or newer, no other file, no network.

    python verify_receipt.py proof-7K4M-92QX.json
    python verify_receipt.py proof-7K4M-92QX.json --heads heads.jsonl
    python verify_receipt.py proof-7K4M-92QX.json --head 9f2c...

The proof says that one transfer is a leaf of the Merkle tree whose root is in a seal. Whether
that seal is the one everybody else was shown is what a head tells: its hash as you had it from
the operator, an auditor or the heads file. docs/seals.md explains it.
"""  # noqa: INP001

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

PROOF_FORMAT, SEAL_FORMAT = "tessera-proof-1", "tessera-seal-1"
HASH = re.compile("[0-9a-f]{64}")
PROOF_KEYS = {"format", "leaf_index", "path", "seal", "seal_hash", "transfer"}
SEAL_KEYS = {"count", "format", "number", "previous_hash", "root", "sealed_at"}
SEAL_KEYS |= {"until_at", "until_id"}
TRANSFER_KEYS = {"amount_minor", "credit_account_id", "currency", "debit_account_id"}
TRANSFER_KEYS |= {"expires_at", "id", "kind", "pending_id", "phase", "posted_at", "reference"}


class NotProved(Exception):
    """The proof proves nothing; the message says why."""


def main() -> int:
    """Print what was proved, or what is wrong, and return the exit code."""
    parser = argparse.ArgumentParser(description="Check the proof of a Tessera receipt.")
    parser.add_argument("proof", help="the file from the receipt's page, or - for stdin")
    known = parser.add_mutually_exclusive_group()
    known.add_argument("--head", metavar="HASH", help="the seal's hash as you know it")
    known.add_argument("--heads", metavar="FILE", help="a heads file: a seal's hash a line")
    arguments = parser.parse_args()
    try:
        proof = read_proof(read_bytes(arguments.proof))
        check_proof(proof)
        head = arguments.head
        if arguments.heads:
            head = find_head(read_bytes(arguments.heads), proof["seal"]["number"])
        check_head(proof, head)
    except (NotProved, OSError) as refusal:
        sys.stdout.write(f"NOT PROVED: {refusal}\n")
        return 1
    sys.stdout.write(describe(proof, head))
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
    seal, transfer = proof["seal"], proof["transfer"]
    if proof["format"] != PROOF_FORMAT or not has_keys(seal, SEAL_KEYS):
        raise NotProved("it is a proof of another format")
    if seal["format"] != SEAL_FORMAT or not has_keys(transfer, TRANSFER_KEYS):
        raise NotProved("it is of a seal of another format")
    hashes = [seal["root"], seal["previous_hash"], proof["seal_hash"]]
    hashes += proof["path"] if type(proof["path"]) is list else [None]
    if not all(type(each) is str and HASH.fullmatch(each) for each in hashes):
        raise NotProved("there is a hash in it that is none")
    numbers = [proof["leaf_index"], seal["count"], seal["number"]]
    if not all(type(each) is int for each in numbers):
        raise NotProved("there is a number in it that is none")
    return proof


def check_proof(proof: dict[str, Any]) -> None:
    """Hash from the transfer up to the root, and from the seal's head to its hash."""
    seal = proof["seal"]
    leaf = hashlib.sha256(b"\x00" + write_canonical(proof["transfer"])).digest()
    path = [bytes.fromhex(each) for each in proof["path"]]
    root = follow_path(leaf, path, index=proof["leaf_index"], count=seal["count"])
    if root is None or root.hex() != seal["root"]:
        raise NotProved("the transfer is not in the seal: its path leads to another root")
    if hashlib.sha256(write_canonical(seal)).hexdigest() != proof["seal_hash"]:
        raise NotProved("the seal does not have its hash")


def check_head(proof: dict[str, Any], head: str | None) -> None:
    """Hold the seal's hash against the one that is known, if one is."""
    if head is not None and head.lower() != proof["seal_hash"]:
        raise NotProved(f"seal {proof['seal']['number']} is known with another hash, {head}")


def follow_path(leaf: bytes, path: list[bytes], *, index: int, count: int) -> bytes | None:
    """Return the root that an audit path leads to (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < count:
        return None
    node, place, last = leaf, index, count - 1
    for neighbour in path:
        if last == 0:
            return None
        if place % 2 or place == last:
            node = hashlib.sha256(b"\x01" + neighbour + node).digest()
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            node = hashlib.sha256(b"\x01" + node + neighbour).digest()
        place, last = place // 2, last // 2
    return node if last == 0 else None


def find_head(lines: bytes, number: int) -> str:
    """Find the seal's hash in a heads file."""
    found = None
    for line in lines.splitlines():
        try:
            head = json.loads(line)
        except ValueError:
            continue
        if isinstance(head, dict) and head.get("number") == number:
            if found not in {None, head.get("hash")}:
                raise NotProved(f"the heads file has two hashes of seal {number}")
            found = head.get("hash")
    if not isinstance(found, str):
        raise NotProved(f"the heads file does not know seal {number}")
    return found


def write_canonical(content: object) -> bytes:
    """Write JSON as RFC 8785 does: keys sorted, no space, UTF-8."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8")


def has_keys(content: object, keys: set[str]) -> bool:
    """Return whether it is an object of exactly these keys."""
    return isinstance(content, dict) and set(content) == keys


def describe(proof: dict[str, Any], head: str | None) -> str:
    """Say what was proved."""
    transfer, seal = proof["transfer"], proof["seal"]
    lines = {
        "amount": f"{transfer['amount_minor']} minor units of {transfer['currency']}",
        "instant": transfer["posted_at"],
        "what": f"{transfer['kind']}, {transfer['phase']}",
        "reference": transfer["reference"],
        "transfer": transfer["id"],
        "from": transfer["debit_account_id"],
        "to": transfer["credit_account_id"],
        "seal": f"{seal['number']}, of {seal['count']} transfers, made {seal['sealed_at']}",
        "root": seal["root"],
        "seal's hash": proof["seal_hash"],
    }
    text = "PROVED: this transfer is in the sealed books.\n"
    for name, value in lines.items():
        # A terminal obeys some characters; who made the proof may have chosen them.
        text += f"  {name:<12}{value if str(value).isprintable() else ascii(value)}\n"
    if head is None:
        return text + "Hold the seal's hash against one you trust: --head or --heads.\n"
    return text + "The seal's hash is the one you know.\n"


if __name__ == "__main__":
    sys.exit(main())
