"""Whether this library reads and writes a file of vectors as the file says: one line each.

    python -m qr.conformance tests/qr/vectors.jsonl

A valid vector decodes to its fields, which are written as its text again. An invalid one is
refused, and one of the deviations is about an object or a rule that its reason names. Where a
reason is in words nobody knows here, only the refusal can be judged, which the last line says.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from qr import mpm
from qr.dialect import Dialect
from qr.errors import Deviation, PayloadInvalid, Weight
from qr.registry import DIALECTS, TEXT_DIALECTS, WALLET_DIALECTS

# An object in the words of a reason: 62-05, 38, 62. A number after a comparing word, or before
# a unit, is none.
_OBJECT = re.compile(
    r"(?<![\w.-])(?<!\bthan )(?<!\bbe )(?<!\bof )(?<!\bindicator )"
    r"([0-9]{2}(?:-[0-9]{2})*)(?![\w.])(?! (?:digits|characters|letters|bytes)\b)"
)
_TAG = re.compile(r"(?<![\w.-])([0-9][0-9A-F]|[0-9][A-F][0-9A-F]{2})(?![\w.])")
_NONE = re.compile(r"(?!)")
# Where objects have names, a number in a reason is a length or an amount.
_NUMBERS = {
    "emv_cpm": _TAG,
    **{each.name: _NONE for each in (*TEXT_DIALECTS, *WALLET_DIALECTS)},
}
# What reasons call things, from the beginning of a word on, and what of a deviation (object,
# kind, rule) has to contain it.
_WORDS = {
    "crc": "^63",
    "check ?sum": "checksum|check digits",
    "currency": "^53|^currency|^amount|^cu|-cu",
    "name": "^59|name$",
    "city": "^60",
    "amount|decimal|thousands": r"^54|\bamount|^am|-am",
    "mcc": "^52|^mc|-mc",
    "txid": "^62-05",
    "url": "^26|address",
    "phone|mobile": "mobile|phone",
    r"aid\b|guid": "identifier",
    "structure|header|lengths?|trailing|truncated": "structure|length|digits",
    "format indicator": "^00|^85",
    "percent sign": "^57",
    r"pan\b|luhn|check digit": "number|checksum",
    "proxy|proxies": "proxy|names one of",
    "criteria|criterion": "criterion",
    "editable": "edited",
    "vpa": "payment address",
    r"rid\b": "identifier",
    r"tr\b": "reference",
    "version": "^version|version|^85",
    "service tag": "service_tag",
    "character set": "charset",
    "character|letter|blank|base64|hyphen": "characters|value|structure",
    "control|tab|nul|bidi|emoji|non-ascii|8859": "characters",
    "remittance": "exclude",
    "bytes": "length|bytes|digits",
    "prefix": "prefix",
    "line": "line|structure|version|missing",
    "trailer": "trailer",
    "iban|qr-iban": "iban|account",
    "postal code": "postal",
    "ultimate creditor": "ultimate",
    r"ber\b": "BER",
    "handle|pa ": "^pa",
    "percent-escape": "percent",
    "https": "https",
    "credentials": "credential|name to sign in",
    "mandatory|missing": "missing",
    r"port\b": "port",
    "fragment": "fragment",
    "scheme|path": "scheme|path|structure",
    "separator": "line end|structure",
    "before|first|last|order": "order",
    "twice|duplicate|repeated": "duplicate",
    "line break|line end|newline": "structure|length|characters|line",
    # An extra line pushes the others down, and any of them may be the first wrong one.
    "inject|shift|push|(break|newline|feed) in": ".",
    "signature|signed": "^sign",
}
# Too common in reasons to say anything about an object.
_COMMON = frozenset({"text", "type", "name", "from", "with", "than", "that", "this"})


class Judgement(Enum):
    """How the deviations found relate to a vector's reason."""

    EXPLAINED = "explained"
    OTHERWISE = "refused for another reason"
    UNKNOWN = "not judged"


def list_misses(dialect: Dialect, vector: Mapping[str, Any]) -> Iterator[str]:
    """Yield each difference from the vector."""
    try:
        reading = dialect.decode(vector["payload"])
    except PayloadInvalid as refusal:
        if vector["valid"]:
            yield f"refused: {refusal}"
        elif judge_refusal(dialect, vector) is Judgement.OTHERWISE:
            yield f"refused for another reason: {refusal}"
        return
    if not vector["valid"]:
        yield "accepted"
        return
    stated = vector["fields"]
    if isinstance(stated, dict):
        # An underscore marks a remark of the vector's collector.
        stated = {name: value for name, value in stated.items() if name[0] != "_"}
    if reading.fields != stated:
        yield f"other fields: {reading.fields}"
    if dialect.write(reading) != vector["payload"]:
        yield f"written as {dialect.write(reading)!r}"


def judge_refusal(dialect: Dialect, vector: Mapping[str, Any]) -> Judgement:
    """Return whether an invalid vector is refused for its stated reason."""
    deviations: list[Deviation] = []
    try:
        deviations += dialect.read(vector["payload"]).deviations
        dialect.decode(vector["payload"])
    except PayloadInvalid as refusal:
        deviations.append(refusal.deviation)
    names = {
        name
        for rule in dialect.rules
        for name in re.split("[-_]", rule.object_id)
        if len(name) > 1 and not name.isdigit()
    }
    return judge(vector, deviations, names=names)


def judge(
    vector: Mapping[str, Any], deviations: Iterable[Deviation], *, names: Iterable[str] = ()
) -> Judgement:
    """Return whether a deviation is about an object or a rule that the reason names.

    A reason names one in words of this module's table, by the number it has in EMVCo's codes,
    or as the format calls its objects (`names`). Where it does none of that, any word counts
    that a deviation has too.
    """
    reason = "; ".join([vector["why"], *vector.get("emv_issues", [])])
    texts = [
        text
        for each in deviations
        if each.weight is not Weight.NOTE
        for text in (each.object_id, each.kind.value, each.rule, each.detail)
    ]
    numbers = _NUMBERS.get(vector["format"], _OBJECT).findall(reason)
    patterns = [rf"^{name}(?![0-9])|-{name}\b" for name in numbers]
    patterns += [
        wanted
        for words, wanted in _WORDS.items()
        if re.search(rf"\b(?:{words})", reason, re.IGNORECASE)
    ]
    words = [rf"(?<![a-z]){name}(?![a-z])" for name in names]
    patterns += [word for word in words if re.search(word, reason, re.IGNORECASE)]
    if any(re.search(pattern, text) for pattern in patterns for text in texts):
        return Judgement.EXPLAINED
    if patterns:
        return Judgement.OTHERWISE
    shared = _find_words(reason) & _find_words(" ".join(texts))
    return Judgement.EXPLAINED if shared else Judgement.UNKNOWN


def _find_words(text: str) -> set[str]:
    return set(re.findall("[a-z]{4,}", text.lower())) - _COMMON


def list_base_misses(vector: Mapping[str, Any]) -> Iterator[str]:
    """Yield where EMVCo's base rules differ from the vector's statement about them."""
    if "emv_strict" not in vector:
        return
    try:
        mpm.decode(vector["payload"])
    except PayloadInvalid as refusal:
        if vector["emv_strict"]:
            yield f"refused by the base rules: {refusal}"
    else:
        if not vector["emv_strict"]:
            yield "accepted by the base rules"


def read_vectors(path: Path) -> list[dict[str, Any]]:
    """Return the vectors of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def main(arguments: list[str]) -> int:
    """Print each miss and how many vectors there are without one; 1 if there is a miss."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("vectors", type=Path, nargs="+", help="files of JSON lines")
    vectors = [
        vector for path in parser.parse_args(arguments).vectors for vector in read_vectors(path)
    ]
    missed = unknown = 0
    for vector in vectors:
        misses = list(_list_all(vector))
        missed += bool(misses)
        unknown += not misses and _is_unknown(vector)
        for miss in misses:
            _print(f"{vector['format']}: {vector['why']}: {miss}\n  {vector['payload']!r}")
    note = f" ({unknown} refused for a reason that is not judged)" if unknown else ""
    _print(f"{len(vectors) - missed} of {len(vectors)}{note}")
    return int(missed != 0)


def _is_unknown(vector: Mapping[str, Any]) -> bool:
    dialect = DIALECTS[vector["format"]]
    return not vector["valid"] and judge_refusal(dialect, vector) is Judgement.UNKNOWN


def _list_all(vector: Mapping[str, Any]) -> Iterator[str]:
    dialect = DIALECTS.get(vector["format"])
    if dialect is None:
        yield "the format is not known"
    else:
        yield from list_misses(dialect, vector)
    yield from list_base_misses(vector)


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
