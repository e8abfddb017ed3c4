"""Recognizes what any scanned text is."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from qr import mpm
from qr.dialect import Dialect, Reading
from qr.errors import Kind, PayloadInvalid, Weight
from qr.links import decode_link, normalize_short_code
from qr.marks import split_mark
from qr.registry import CONSUMER_DIALECTS, MPM_DIALECTS, TEXT_DIALECTS, WALLET_DIALECTS
from qr.signed import decode_counter_link

LENGTH_MAX = 7089
_ALTERED = frozenset({Kind.CHECKSUM, Kind.STRUCTURE})
_SEAL = "63"
_OWN_CODE = re.compile("77[0-9]{16}")
_WEB = re.compile(r"https?://(?P<authority>[^\s/?#\\]+)\S*", re.IGNORECASE)


class Nature(StrEnum):
    """What kind of thing was scanned."""

    PAYMENT = "payment"
    ALTERED = "altered"
    CONSUMER_CODE = "consumer_code"
    FOREIGN_CODE = "foreign_code"
    PAYMENT_CODE = "payment_code"
    LINK = "link"
    COUNTER_CODE = "counter_code"
    SHORT_CODE = "short_code"
    MISTYPED = "mistyped"
    WEB_ADDRESS = "web_address"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Recognition:
    """A scanned text, recognised.

    `format` is a dialect's name and `title` the name to tell people; both are empty for
    what is not of a payment format. `host` is set for links and web addresses.
    """

    nature: Nature
    text: str = field(repr=False)
    format: str = ""
    title: str = ""
    host: str = ""
    reading: Reading | None = None


_NATURES: tuple[tuple[Nature, tuple[Dialect, ...]], ...] = (
    (Nature.PAYMENT, TEXT_DIALECTS),
    (Nature.CONSUMER_CODE, CONSUMER_DIALECTS),
    (Nature.FOREIGN_CODE, WALLET_DIALECTS),
)


def recognize(text: str) -> Recognition:
    """Return what a text is; never raises.

    A text that claims a payment format but is inconsistent (check sum, outline) is `altered`:
    somebody changed it, or the scan went wrong.
    """
    mark, bare = split_mark(text.strip())
    bare = bare.strip()
    if len(bare) > LENGTH_MAX:
        # No QR code holds more, so that nobody scanned this.
        return Recognition(Nature.TEXT, text)
    if bare.startswith(mpm.PREFIX) and _read_as_short_code(bare) is Nature.TEXT:
        return _recognize_merchant_code(bare, mark=mark)
    for nature, dialects in _NATURES:
        for dialect in dialects:
            if dialect.recognize(bare):
                return _recognize_format(dialect, nature, mark + bare)
    return _recognize_ours(bare)


def _recognize_merchant_code(text: str, *, mark: str) -> Recognition:
    payload = mpm.read(text)
    dialect = next(each for each in MPM_DIALECTS if each.recognize_payload(payload))
    reading = dialect.read_payload(payload, mark=mark)
    return _judge(Nature.PAYMENT, reading)


def _recognize_format(dialect: Dialect, nature: Nature, text: str) -> Recognition:
    try:
        reading = dialect.read(text)
    except PayloadInvalid:
        return Recognition(Nature.ALTERED, text, dialect.name, dialect.title)
    return _judge(nature, reading)


def _judge(nature: Nature, reading: Reading) -> Recognition:
    altered = any(
        each.weight is Weight.FATAL and (each.kind in _ALTERED or each.object_id == _SEAL)
        for each in reading.deviations
    )
    return Recognition(
        Nature.ALTERED if altered else nature,
        reading.text,
        reading.format,
        reading.title,
        reading=reading,
    )


def _recognize_ours(text: str) -> Recognition:
    if _OWN_CODE.fullmatch(text):
        return Recognition(Nature.PAYMENT_CODE, text)
    try:
        host, _ = decode_link(text)
    except PayloadInvalid:
        pass
    else:
        return Recognition(Nature.LINK, text, host=host)
    try:
        host, _ = decode_counter_link(text)
    except PayloadInvalid:
        pass
    else:
        return Recognition(Nature.COUNTER_CODE, text, host=host)
    web = _WEB.fullmatch(text)
    if web:
        return Recognition(Nature.WEB_ADDRESS, text, host=_find_host(web["authority"]))
    return Recognition(_read_as_short_code(text), text)


def _find_host(authority: str) -> str:
    # The part before an @ is a user name, often chosen to look like a host.
    return authority.rpartition("@")[2].lower()


def _read_as_short_code(text: str) -> Nature:
    try:
        normalize_short_code(text)
    except PayloadInvalid as refusal:
        return Nature.MISTYPED if refusal.kind is Kind.CHECKSUM else Nature.TEXT
    return Nature.SHORT_CODE
