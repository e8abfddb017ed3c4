"""Real payloads to start tests from, and small things to make others out of them."""

import json
from pathlib import Path

from qr import mpm
from qr.errors import PayloadInvalid
from qr.recognition import recognize

# Collected from public standards and repositories; each line's `source` says from which. The
# second file came later, after the rules were written, and tried them.
VECTORS_PATHS = [
    Path(__file__).with_name(f"{name}.jsonl") for name in ("vectors", "more_vectors")
]
VECTORS = [
    json.loads(line) for path in VECTORS_PATHS for line in path.read_text("utf-8").splitlines()
]
# EMVCo MPM 1.1, Annex B.7.
EXAMPLE = next(
    vector["payload"]
    for vector in VECTORS
    if vector["valid"] and vector["source"] == "EMVCo MPM v1.1 Annex B.7"
)
FIELDS = {
    "00": "01",
    "01": "12",
    "02": "4000123456789012",
    "52": "5251",
    "53": "840",
    "54": "10.50",
    "58": "US",
    "59": "ABC Hammers",
    "60": "New York",
}


def change(fields=FIELDS, **changes):
    """Write fields with some changed: `_54="1"` sets 54, None removes."""
    changed = fields | {name.removeprefix("_"): value for name, value in changes.items()}
    return mpm.write({name: value for name, value in changed.items() if value is not None})


def refuse(decode, text):
    """Return the object and kind a strict reader refuses the text for."""
    try:
        decode(text)
    except PayloadInvalid as refusal:
        return refusal.object_id, refusal.kind.value
    return None


def ask(dialect, text):
    """Return what a text asks for, read leniently."""
    return dialect.read(text).request


def understand(text):
    """Return the reading of a text that is of some payment format."""
    reading = recognize(text).reading
    assert reading is not None
    return reading


def demand(reading):
    """Return what a reading asks for; it asks for something."""
    assert reading.request is not None
    return reading.request
