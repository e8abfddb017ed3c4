"""What must hold for any input whatsoever; a fuzzer has only to find one for which it does not.

An input is a byte that chooses a format, and a text in UTF-8.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import thread_time

from qr import cpm, mpm
from qr.checksum import compute_crc
from qr.dialect import Dialect, Reading
from qr.errors import PayloadInvalid, Weight
from qr.links import decode_link, decode_token, normalize_short_code
from qr.mpm_dialect import MpmDialect
from qr.recognition import recognize
from qr.references import decode_reference
from qr.registry import DIALECTS
from qr.signed import decode_counter_link, read_key_id, verify_code

NAMES = sorted(DIALECTS)
VECTORS_FOLDER = Path(__file__).parents[1] / "qr"
MORE_SEEDS = (
    "HTTPS://PAY.EXAMPLE/P/01J8Z3V9QW5T7R2X4Y6B8C0D1E",
    "HTTPS://PAY.EXAMPLE/S/01J8Z3V9QW5T7R2X4Y6B8C0D1E",
    "HTTPS://PAY.EXAMPLE/S/" + "0K7" * 67,
    "0K7" * 67,
    "7k4m-92qx",
    "ch_01j8z3v9qw5t7r2x4y6b8c0d1e",
    "771234567890123456",
    "https://pay.example@evil.example/p",
)
SECONDS_PER_KILOBYTE = 0.010
MEASUREMENTS = 7


class Finding(AssertionError):
    """Something that must hold does not."""


def make_input(name: str, text: str) -> bytes:
    """Return the input that tries this text on this format."""
    return bytes([NAMES.index(name)]) + text.encode("utf-8", "surrogatepass")


def read_input(data: bytes) -> tuple[Dialect, str]:
    """Return the format and the text of an input."""
    return _choose_dialect(data), data[1:].decode("utf-8", "surrogatepass")


def make_seeds() -> Iterator[bytes]:
    """Return an input for each collected payload, on its own format."""
    for path in sorted(VECTORS_FOLDER.glob("*vectors.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            vector = json.loads(line)
            yield make_input(vector["format"], vector["payload"])
    for text in MORE_SEEDS:
        yield make_input(NAMES[0], text)


def make_tokens() -> Iterator[bytes]:
    """Return what the formats call things: parameters, and identifiers of schemes."""
    for dialect in DIALECTS.values():
        for rule in dialect.rules:
            name = rule.object_id.rpartition("-")[2]
            yield f"{name}".encode() if name.isdigit() else f"&{name}=".encode()
        if isinstance(dialect, MpmDialect):
            yield from (each.guid.encode() for each in dialect.templates if each.guid)


def check_input(data: bytes, *, is_slow: Callable[[bytes], bool]) -> None:
    """Try an input on everything that reads what strangers write.

    `is_slow` has to confirm that an input takes too long, as `is_slow_here` does.

    Raises:
        Finding: a promise of docs/qr.md does not hold.
    """
    seconds = _spend(data)
    if seconds > _give_limit(data) and is_slow(data):
        raise Finding(f"{len(data)} bytes took {seconds * 1000:.1f} ms")
    for text in _make_texts(data):
        _check_dialect(_choose_dialect(data), text)


def is_slow_here(data: bytes) -> bool:
    """Return whether the best of several measurements is above the limit.

    Of processor time, and the best, because a busy machine makes everything longer.
    """
    return min(_spend(data) for _ in range(MEASUREMENTS)) > _give_limit(data)


def _give_limit(data: bytes) -> float:
    return SECONDS_PER_KILOBYTE * max(1, len(data) / 1024)


def _choose_dialect(data: bytes) -> Dialect:
    return DIALECTS[NAMES[sum(data[:1]) % len(NAMES)]]


def _make_texts(data: bytes) -> Iterator[str]:
    text = data[1:].decode("utf-8", "surrogateescape")
    yield text
    if text.startswith(mpm.PREFIX):
        # Mutations break the check sum, and what is behind it would never be reached.
        head = text[:-8] + "6304"
        yield head + compute_crc(head.encode("utf-8", "surrogateescape"))
    elif data[:1] == bytes([NAMES.index("emv_cpm")]):
        yield b64encode(data[1:]).decode()


def _spend(data: bytes) -> float:
    text = data[1:].decode("utf-8", "surrogateescape")
    longest = 0.0
    for read in (recognize, _choose_dialect(data).read, *_READERS):
        start = thread_time()
        with suppress(PayloadInvalid):
            read(text)
        longest = max(longest, thread_time() - start)
    return longest


def _check_dialect(dialect: Dialect, text: str) -> None:
    dialect.recognize(text)
    try:
        reading = dialect.read(text)
    except PayloadInvalid:
        return
    weight = max((each.weight for each in reading.deviations), default=Weight.NOTE)
    if weight is not Weight.FATAL and dialect.write(reading) != text:
        raise Finding(f"{dialect.name} wrote {dialect.write(reading)!r}")
    _check_request(dialect, reading, weight)


def _check_request(dialect: Dialect, reading: Reading, weight: Weight) -> None:
    if reading.request is None:
        return
    try:
        again = dialect.decode(dialect.encode(reading.request)).request
    except PayloadInvalid as refusal:
        if weight is Weight.NOTE:
            raise Finding(f"{dialect.name} cannot write what it reads: {refusal}") from None
        return
    if weight is Weight.NOTE and again != reading.request:
        raise Finding(f"{dialect.name} reads {again} in what it wrote for {reading.request}")


def _read_consumer_code(text: str) -> None:
    code = cpm.decode(text)
    if cpm.decode(cpm.encode(code.fields)).fields != code.fields:
        raise Finding("another consumer code was written")


def _read_reference(text: str) -> None:
    decode_reference("ch", text)


def _verify_code(text: str) -> None:
    verify_code(text, keys={}, host="pay.example")


_READERS: tuple[Callable[[str], object], ...] = (
    _read_consumer_code,
    decode_link,
    decode_token,
    normalize_short_code,
    _read_reference,
    _verify_code,
    decode_counter_link,
    read_key_id,
)
