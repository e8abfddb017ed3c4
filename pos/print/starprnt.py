"""A slip in StarPRNT, the commands of Star's receipt printers."""

from pos.print.bitmaps import Bitmap
from pos.print.writers import Writer, write_sides

_CENTRE, _LEFT = b"\x1b\x1da\x01", b"\x1b\x1da\x00"
# Dots a module: a link of ours is 3 cm wide.
_MODULE = 6


class StarPrnt(Writer):
    """Writes StarPRNT."""

    START = b"\x1b@"
    PAGE = b"\x1b\x1dt"
    FEED = b"\x1ba"
    BOLD, THIN = b"\x1bE", b"\x1bF"
    # On to the blade, then a cut that leaves one point.
    CUT = b"\x1bd\x03"
    # Socket 1: both times, 200 ms in units of 10 ms, and then the pulse.
    KICK = b"\x1b\x07\x14\x14\x07"

    def write_size(self, scale: int) -> bytes:
        """Return `ESC i`, height and width."""
        return b"\x1bi" + bytes([scale - 1, scale - 1])

    def write_code(self, text: str) -> bytes:
        """Return `ESC GS y` of a code of model 2 and level M."""
        stored = text.encode()
        commands = [
            b"S0\x02",
            b"S1\x01",
            b"S2" + bytes([_MODULE]),
            b"D1\x00" + len(stored).to_bytes(2, "little") + stored,
            b"P",
        ]
        return _CENTRE + b"".join(b"\x1b\x1dy" + each for each in commands) + b"\n" + _LEFT

    def write_picture(self, picture: Bitmap) -> bytes:
        """Return `ESC GS S` of one colour."""
        return b"\x1b\x1dS\x01" + write_sides(picture) + b"\x00" + picture.dots
