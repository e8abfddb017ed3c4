"""What the commands of all receipt printers have in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from pos.print.bitmaps import Bitmap
from pos.print.code_pages import Model, Page
from pos.print.slips import Band, Code, Cut, Feed, Line


class Writer(ABC):
    """Writes one slip in one language; it remembers the code page that is on."""

    START: ClassVar[bytes]
    PAGE: ClassVar[bytes]
    FEED: ClassVar[bytes]
    BOLD: ClassVar[bytes]
    THIN: ClassVar[bytes]
    CUT: ClassVar[bytes]
    KICK: ClassVar[bytes]

    def __init__(self, model: Model, pictures: Mapping[Line, Bitmap]) -> None:
        """Begin a slip; `pictures` has each of its lines that is drawn."""
        self.model = model
        self._pictures = pictures
        self._page: Page | None = None

    def write(self, bands: Sequence[Band]) -> bytes:
        """Return what is sent to the printer."""
        return self.START + b"".join(self._write(band) for band in bands)

    @abstractmethod
    def write_size(self, scale: int) -> bytes:
        """Return the command for letters so many times as wide and as high."""

    @abstractmethod
    def write_code(self, text: str) -> bytes:
        """Return the commands that print a QR code in the middle."""

    @abstractmethod
    def write_picture(self, picture: Bitmap) -> bytes:
        """Return the command that prints dots."""

    def write_cut(self) -> bytes:
        """Return what ends a slip."""
        return self.CUT

    def _write(self, band: Band) -> bytes:
        match band:
            case Line() if band in self._pictures:
                written = self.write_picture(self._pictures[band])
            case Line():
                written = self._write_line(band)
            case Code():
                written = self.write_code(band.text)
            case Feed():
                written = self.FEED + bytes([band.lines])
            case Cut():
                written = self.write_cut()
            case _:
                written = self.KICK
        return written

    def _write_line(self, line: Line) -> bytes:
        written = self._write_text(line.text) + b"\n"
        if line.scale > 1:
            written = self.write_size(line.scale) + written + self.write_size(1)
        return self.BOLD + written + self.THIN if line.bold else written

    def _write_text(self, text: str) -> bytes:
        written = b""
        for page, letter in self.model.encode(text, self._page):
            if page != self._page:
                written += self.PAGE + bytes([page.number])
                self._page = page
            written += letter
        return written


def write_sides(picture: Bitmap) -> bytes:
    """Return how many bytes wide and how many dots high a picture is, two bytes each."""
    return picture.stride.to_bytes(2, "little") + picture.height.to_bytes(2, "little")
