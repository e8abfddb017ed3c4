#!/usr/bin/env bash
# The parity byte of split QR codes ("structured append") made by segno is of another text.
#
# Expected (ISO/IEC 18004, 8.3): the exclusive or of all bytes of the whole message, so that a reader
# can tell whether parts belong together.
# Seen: segno 1.6.6 writes the parity of the text in ISO 8859-1 although its symbols hold UTF-8
# (encoding="utf-8"), and of the Python literal b'...' when it is given bytes. Only for ASCII text it fits.
# A reader that checks it refuses such sequences; one that does not may join parts of two messages.
# Fails when that changes.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check segno==1.6.6
"$folder/venv/bin/python" - <<'PY'
from functools import reduce
from operator import xor

import segno
from segno import encoder

def parity_of(content, **options):
    """The parity that is in the symbols: what is handed to each symbol's header."""
    seen = []
    kept = encoder._StructuredAppendInfo
    class Spy(kept):
        def __new__(cls, number, total, parity):
            seen.append(parity)
            return kept.__new__(cls, number, total, parity)
    encoder._StructuredAppendInfo = Spy
    try:
        segno.make_sequence(content, symbol_count=2, boost_error=False, **options)
    finally:
        encoder._StructuredAppendInfo = kept
    assert len(set(seen)) == 1
    return seen[0]

text = "Zwei Stück Käse, drei Brötchen"
cases = {
    "ASCII text": (parity_of("Two pieces of cheese"), b"Two pieces of cheese", True),
    "text, encoding='utf-8'": (parity_of(text, encoding="utf-8"), text.encode(), False),
    "bytes": (parity_of(text.encode()), text.encode(), False),
}
for name, (written, message, fits) in cases.items():
    right = reduce(xor, message)
    print(f"segno {segno.__version__}, {name}: parity {written:#04x}, of the message {right:#04x}")
    assert (written == right) is fits, "this has changed"
print("as described")
PY
