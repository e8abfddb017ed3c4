"""A slip in ESC/POS, the commands of Epson's receipt printers and of most others."""

from pos.print.bitmaps import Bitmap, draw_code
from pos.print.writers import Writer, write_sides

_CENTRE, _LEFT = b"\x1ba\x01", b"\x1ba\x00"
# Where nothing cuts, as much as has to pass the edge before it is torn.
_TORN = b"\x1bd\x05"
# Dots a module: a link of ours is 3 cm wide.
_MODULE = 6


class EscPos(Writer):
    """Writes ESC/POS."""

    # Printers for China read two bytes as one letter until they are told not to.
    START = b"\x1b@\x1c."
    PAGE = b"\x1bt"
    FEED = b"\x1bd"
    BOLD, THIN = b"\x1bE\x01", b"\x1bE\x00"
    # Function B: on to the blade, then a cut that leaves one point.
    CUT = b"\x1dVB\x00"
    # Socket 1, on for 100 ms and off for 500, in units of 2 ms. Both times are needed.
    KICK = b"\x1bp\x00\x32\xfa"

    def write_size(self, scale: int) -> bytes:
        """Return `GS !`, width and height in one byte."""
        return b"\x1d!" + bytes([(scale - 1) * 0x11])

    def write_code(self, text: str) -> bytes:
        """Return `GS ( k` of a code of model 2 and level M, or its dots."""
        if not self.model.draws_codes:
            return _CENTRE + self.write_picture(draw_code(text, module=_MODULE)) + _LEFT
        # Its length counts bytes, and three of the command.
        stored = b"1P0" + text.encode()
        commands = [b"1A2\x00", b"1C" + bytes([_MODULE]), b"1E1", stored, b"1Q0"]
        written = [b"\x1d(k" + len(each).to_bytes(2, "little") + each for each in commands]
        return b"".join([_CENTRE, *written, _LEFT])

    def write_picture(self, picture: Bitmap) -> bytes:
        """Return `GS v 0`, which every one of them knows."""
        return b"\x1dv0\x00" + write_sides(picture) + picture.dots

    def write_cut(self) -> bytes:
        """Return the cut, and the way to the edge where there may be no blade."""
        return self.CUT if self.model.cuts else _TORN + self.CUT
