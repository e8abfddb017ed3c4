"""What cameras saw, read a few at a time: they take processor time, and payments go first."""

from collections.abc import Sequence
from threading import BoundedSemaphore

from pos.errors import PicturesWait
from qr.scanning import Symbology, read_picture

_AT_ONCE = BoundedSemaphore(2)
_PATIENCE_S = 1.0


def read_seen(
    picture: bytes, *, symbologies: Sequence[Symbology] = tuple(Symbology)
) -> list[str]:
    """Give the texts of the codes in a picture, each once, from top to bottom.

    Each web process reads two at once. The picture is kept nowhere.

    Raises:
        PayloadInvalid: it is no picture, or too large.
        PicturesWait: others are being read, and it did not come to this one.
    """
    if not _AT_ONCE.acquire(timeout=_PATIENCE_S):
        raise PicturesWait
    try:
        return read_picture(picture, symbologies=symbologies)
    finally:
        _AT_ONCE.release()
