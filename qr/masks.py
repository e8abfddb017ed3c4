"""Which of the eight masks a code is drawn with (ISO/IEC 18004, 7.8.3): all modules at once.

The penalties are added up by shifting whole codes, held in one number each, instead of module
by module. That takes a hundredth of the time, and chooses as the library does.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from qrcode.main import precomputed_qr_blanks
from qrcode.util import mask_func

if TYPE_CHECKING:
    from qrcode.main import QRCode

_MASKS = range(8)
# From this version on more than the format is written beside the data.
_TOO_LARGE = 7
_RUN_MIN = 5
_BLOCK_POINTS, _FINDER_POINTS, _SHADE_POINTS = 3, 40, 10
# What a reader would take for a corner of the code, with a light margin before or after it.
_FINDERS = ("10111010000", "00001011101")
_FINDER_WIDTH = 11


class _Sheet(NamedTuple):
    """A side, and the modules of codes of that side: the lowest bit is the first of a row."""

    side: int
    all: int
    # Modules with another to their right, and beneath.
    right: int
    beneath: int
    # Where a finder may begin, along a row and down a column.
    rows: int
    columns: int
    # The modules of data that each mask turns.
    turned: tuple[int, ...]


def choose_mask(code: "QRCode") -> int | None:
    """Return the mask of fewest penalty points; None for a code so large that it is not judged.

    The code must have its data and its version, and is drawn with the first mask.
    """
    if code.version >= _TOO_LARGE:
        return None
    # Without its format, which says the mask.
    code.makeImpl(True, 0)  # noqa: FBT003  the library's own way to try a mask
    sheet = _open_sheet(code.version)
    rows = ["".join("1" if dark else "0" for dark in reversed(row)) for row in code.modules]
    first = int("".join(reversed(rows)), 2)
    turned = sheet.turned
    points = [_judge(sheet, first ^ turned[0] ^ turned[mask]) for mask in _MASKS]
    return points.index(min(points))


def _judge(sheet: _Sheet, modules: int) -> int:
    side = sheet.side
    right = ~(modules ^ modules >> 1) & sheet.right
    beneath = ~(modules ^ modules >> side) & sheet.beneath
    blocks = right & right >> side & beneath
    percent_off = abs(modules.bit_count() / side**2 * 100 - 50)
    return (
        _judge_runs(right, step=1)
        + _judge_runs(beneath, step=side)
        + _BLOCK_POINTS * blocks.bit_count()
        + _FINDER_POINTS * _count_finders(sheet, modules)
        + _SHADE_POINTS * int(percent_off / 5)
    )


def _judge_runs(same: int, *, step: int) -> int:
    # A run of five has three points, and each module more has one.
    long = same & same >> step & same >> 2 * step & same >> 3 * step
    return long.bit_count() + (_RUN_MIN - 3) * (long & ~(long << step)).bit_count()


def _count_finders(sheet: _Sheet, modules: int) -> int:
    light = ~modules & sheet.all
    count = 0
    for step, found in ((1, sheet.rows), (sheet.side, sheet.columns)):
        shifted = [(modules >> at * step, light >> at * step) for at in range(_FINDER_WIDTH)]
        for finder in _FINDERS:
            here = found
            for (dark, blank), wanted in zip(shifted, finder, strict=True):
                here &= dark if wanted == "1" else blank
            count += here.bit_count()
    return count


@lru_cache(maxsize=_TOO_LARGE)
def _open_sheet(version: int) -> _Sheet:
    side = 4 * version + 17
    blank = precomputed_qr_blanks[version]
    formats = set(_list_formats(side))
    last, finder_last = side - 1, side - _FINDER_WIDTH

    def is_data(row: int, column: int) -> bool:
        return blank[row][column] is None and (row, column) not in formats

    def turn(mask: int) -> int:
        turns = mask_func(mask)
        return _pack(side, lambda row, column: is_data(row, column) and turns(row, column))

    return _Sheet(
        side=side,
        all=_pack(side, lambda _row, _column: True),
        right=_pack(side, lambda _row, column: column < last),
        beneath=_pack(side, lambda row, _column: row < last),
        rows=_pack(side, lambda _row, column: column <= finder_last),
        columns=_pack(side, lambda row, _column: row <= finder_last),
        turned=tuple(turn(mask) for mask in _MASKS),
    )


def _list_formats(side: int) -> Iterator[tuple[int, int]]:
    # The format stands twice beside the corners, with one module that is always dark.
    for at in (*range(6), 7, 8):
        yield at, 8
        yield 8, at
    for at in range(side - 8, side):
        yield at, 8
        yield 8, at


def _pack(side: int, is_set: Callable[[int, int], bool]) -> int:
    bits = ["1" if is_set(at // side, at % side) else "0" for at in range(side * side)]
    return int("".join(reversed(bits)), 2)
