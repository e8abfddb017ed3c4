"""Parts of split codes ("structured append"), detected and joined.

Source: ISO/IEC 18004, 8. The reader of pictures returns such a part as if it were whole, so the
symbol's first twenty bits are read again here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from operator import xor
from typing import Any

import qrcode
import zxingcpp
from qrcode.base import rs_blocks
from qrcode.util import mask_func
from reedsolo import ReedSolomonError, RSCodec

_MODE = 0b0011
_LEVELS = {
    "L": qrcode.ERROR_CORRECT_L,
    "M": qrcode.ERROR_CORRECT_M,
    "Q": qrcode.ERROR_CORRECT_Q,
    "H": qrcode.ERROR_CORRECT_H,
}
_DARK = 128
_TIMING_COLUMN = 6


@dataclass(frozen=True, slots=True)
class Part:
    """A code that is the `number`th of `total`, counted from 1; `parity` is of the whole."""

    number: int
    total: int
    parity: int
    content: bytes = field(default=b"", repr=False)


def find_part(found: zxingcpp.Barcode) -> Part | None:
    """Return which part of a split code a QR code is; None for a whole one."""
    words = _read_first_words(found)
    if words is None or words[0] >> 4 != _MODE:
        return None
    return Part(
        number=(words[0] & 0xF) + 1,
        total=(words[1] >> 4) + 1,
        parity=(words[1] & 0xF) << 4 | words[2] >> 4,
        content=found.bytes,
    )


def join_parts(parts: Iterable[Part]) -> tuple[list[bytes], list[Part]]:
    """Return the contents of codes whose parts are all there, and the parts left over."""
    groups: dict[tuple[int, int], dict[int, Part]] = {}
    for part in parts:
        groups.setdefault((part.total, part.parity), {})[part.number] = part
    wholes, left = [], []
    for (total, parity), group in groups.items():
        whole = b"".join(group[number].content for number in sorted(group))
        if sorted(group) == list(range(1, total + 1)) and reduce(xor, whole, 0) == parity:
            wholes.append(whole)
        else:
            left += [group[number] for number in sorted(group)]
    return wholes, left


def _read_first_words(found: zxingcpp.Barcode) -> bytes | None:
    extra: Any = found.extra or {}
    stated, level = str(extra.get("Version", "")), str(extra.get("ECLevel", ""))
    # Micro QR codes ("M3"), rectangular ones and bars are never split.
    if not (stated.isdecimal() and level in _LEVELS and "DataMask" in extra):
        return None
    version, is_masked = int(stated), mask_func(int(extra["DataMask"]))
    drawn: Any = found.to_image(scale=1, add_quiet_zones=False)
    modules: Any = memoryview(drawn).tolist()
    if len(modules) != _count_modules(version):
        return None
    bits = [
        (modules[row][column] < _DARK) != bool(is_masked(row, column))
        for row, column in _list_places(version)
    ]
    blocks = rs_blocks(version, _LEVELS[level])
    first, begin = blocks[0], sum(block.data_count for block in blocks)
    checks = first.total_count - first.data_count
    places = [len(blocks) * number for number in range(first.data_count)]
    places += [begin + len(blocks) * number for number in range(checks)]
    block = bytes(_read_word(bits, place) for place in places)
    try:
        # The camera may have misread these very modules, and nothing else.
        corrected: Sequence[bytes] = RSCodec(checks).decode(block)
    except ReedSolomonError:
        return None
    return bytes(corrected[0][:3])


def _read_word(bits: Sequence[bool], place: int) -> int:
    return int("".join("01"[bit] for bit in bits[8 * place : 8 * place + 8]), 2)


def _count_modules(version: int) -> int:
    return 4 * version + 17


@lru_cache(maxsize=40)
def _list_places(version: int) -> list[tuple[int, int]]:
    """List row and column of each data module in the order in which bits are laid."""
    side = _count_modules(version)
    code = qrcode.QRCode(version=version)
    code.modules_count, code.modules = side, [[None] * side for _ in range(side)]
    for row, column in ((0, 0), (side - 7, 0), (0, side - 7)):
        code.setup_position_probe_pattern(row, column)
    code.setup_position_adjust_pattern()
    code.setup_timing_pattern()
    code.setup_type_info(test=True, mask_pattern=0)
    if version >= 7:
        code.setup_type_number(test=True)
    places, upwards = [], True
    for right in range(side - 1, 0, -2):
        # The column of the timing pattern has no partner.
        pair = right if right > _TIMING_COLUMN else right - 1
        rows = range(side - 1, -1, -1) if upwards else range(side)
        places += [
            (row, column)
            for row in rows
            for column in (pair, pair - 1)
            if code.modules[row][column] is None
        ]
        upwards = not upwards
    return places
