"""Tessera's own payment codes: 18 digits that a phone shows and a till scans.

`77`, then 16 digits: a number, shuffled by a secret key. The number is the wallet's serial (8
digits), the last two digits of the step of 60 seconds since 1970, and a tag of 6 digits that a
second key, the wallet's own secret, its serial and the whole step make. Shuffled, codes of one
wallet look no more alike than those of two, and reveal neither serial nor time. docs/qr.md has
the defenses against guessing, and the odds.
"""

import re
from dataclasses import dataclass, field
from hashlib import blake2b
from hmac import compare_digest

from qr.errors import PayloadInvalid
from qr.permutation import shuffle_number, unshuffle_number

PREFIX = "77"
LENGTH = 18
STEP_S = 60
SERIAL_MAX = 10**8 - 1
# The minutes after which the two digits of the step repeat.
STEPS_TOLD_APART = 100
_TAGS = 10**6
_CODE = re.compile(f"{PREFIX}(?P<shuffled>[0-9]{{{LENGTH - 2}}})")
_PERSON = b"tessera tag"


@dataclass(frozen=True, slots=True)
class CodeKeys:
    """An installation's two keys, of up to 64 bytes each; without both there is no code."""

    shuffle: bytes = field(repr=False)
    tag: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenedCode:
    """A code's content; unverified before its tag is compared."""

    serial: int
    step_rest: int
    tag: int = field(repr=False)

    def find_step(self, *, near: int) -> int:
        """Return the code's whole step, assumed to be among the 100 around `near`."""
        ahead = (self.step_rest - near) % STEPS_TOLD_APART
        return near + ahead - (STEPS_TOLD_APART if 2 * ahead >= STEPS_TOLD_APART else 0)


def encode_code(keys: CodeKeys, *, serial: int, secret: bytes, step: int) -> str:
    """Write the code of a wallet for a step.

    Raises:
        OverflowError: the serial has more than 8 digits.
    """
    if not 0 <= serial <= SERIAL_MAX:
        raise OverflowError("A serial has up to 8 digits.")
    tag = _make_tag(keys, serial=serial, secret=secret, step=step)
    number = (serial * STEPS_TOLD_APART + step % STEPS_TOLD_APART) * _TAGS + tag
    return f"{PREFIX}{shuffle_number(keys.shuffle, number):016}"


def open_code(keys: CodeKeys, text: str) -> OpenedCode:
    """Read a code back, typed with spaces or hyphens or scanned.

    Raises:
        PayloadInvalid: not 18 digits that start with 77.
    """
    match = _CODE.fullmatch(re.sub(r"[\s-]", "", text))
    if match is None:
        raise PayloadInvalid("A payment code has 18 digits and starts with 77.")
    rest, tag = divmod(unshuffle_number(keys.shuffle, int(match["shuffled"])), _TAGS)
    serial, step_rest = divmod(rest, STEPS_TOLD_APART)
    return OpenedCode(serial, step_rest, tag)


def is_genuine(keys: CodeKeys, opened: OpenedCode, *, secret: bytes, step: int) -> bool:
    """Return whether the wallet with this secret has shown this code for this step."""
    tag = _make_tag(keys, serial=opened.serial, secret=secret, step=step)
    return compare_digest(tag.to_bytes(4), opened.tag.to_bytes(4))


def group_digits(code: str) -> str:
    """Write a code as people read it aloud: 770 123 456 789 012 345."""
    return " ".join(code[start : start + 3] for start in range(0, len(code), 3))


def _make_tag(keys: CodeKeys, *, serial: int, secret: bytes, step: int) -> int:
    # The whole step, and not its two digits: a code is not valid again a hundred minutes later.
    told = serial.to_bytes(4) + step.to_bytes(8) + secret
    digest = blake2b(told, digest_size=16, key=keys.tag, person=_PERSON).digest()
    return int.from_bytes(digest) % _TAGS
