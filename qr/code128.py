"""Code 128 for digits, drawn: code set C of ISO/IEC 15417, two digits a character.

For scanners that read no QR codes. Drawn like those: black on white, one path, one unit a
module, the quiet zone included.
"""

from functools import lru_cache

from qr.errors import PayloadInvalid

QUIET_ZONE = 10
_START_C = 105
_MODULUS = 103
_STOP = "2331112"
# Widths of bar, space, bar, space, bar, space; by value, the start character of set C last.
_TABLE = """
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213
    221312 231212 112232 122132 122231 113222 123122 123221 223211 221132
    221231 213212 223112 312131 311222 321122 321221 312212 322112 322211
    212123 212321 232121 111323 131123 131321 112313 132113 132311 211313
    231113 231311 112133 112331 132131 113123 113321 133121 313121 211331
    231131 213113 213311 213131 311123 311321 331121 312113 312311 332111
    314111 221411 431111 111224 111422 121124 121421 141122 141221 112214
    112412 122114 122411 142112 142211 241211 221114 413111 241112 134111
    111242 121142 121241 114212 124112 124211 411212 421112 421211 212141
    214121 412121 111143 111341 131141 114113 114311 411113 411311 113141
    114131 311141 411131 211412 211214 211232
"""
_WIDTHS = _TABLE.split()


def list_widths(digits: str) -> list[int]:
    """Return the widths of bars and spaces in turn, in modules, without the quiet zone.

    Raises:
        PayloadInvalid: not an even number of digits.
    """
    if not digits or len(digits) % 2 or not (digits.isascii() and digits.isdecimal()):
        raise PayloadInvalid("Code set C takes an even number of digits.")
    values = [int(digits[start : start + 2]) for start in range(0, len(digits), 2)]
    weighted = sum(place * value for place, value in enumerate(values, start=1))
    check = (_START_C + weighted) % _MODULUS
    characters = [_WIDTHS[value] for value in (_START_C, *values, check)]
    return [int(width) for width in "".join([*characters, _STOP])]


@lru_cache(maxsize=1024)
def draw_bars(digits: str, *, height: int) -> tuple[int, str]:
    """Return the whole width, quiet zone included, and the bars as the data of an SVG path.

    Raises:
        PayloadInvalid: not an even number of digits.
    """
    bars, x = [], QUIET_ZONE
    for place, width in enumerate(list_widths(digits)):
        if place % 2 == 0:
            bars.append(f"M{x} 0h{width}v{height}H{x}z")
        x += width
    return x + QUIET_ZONE, "".join(bars)
