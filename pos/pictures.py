"""Reads pictures, a few at a time: reading takes processor time, and payments go first."""

from collections.abc import Sequence
from queue import Empty, LifoQueue

from pos.errors import PicturesWait
from qr.picture_reader import PictureReader
from qr.scanning import Seen, Symbology

_AT_ONCE = 2
_PATIENCE_S = 1.0
# Last in, first out, so that the second one is started only if two pictures come at once.
_READERS: LifoQueue[PictureReader] = LifoQueue()
for _ in range(_AT_ONCE):
    _READERS.put(PictureReader())


def read_seen(picture: bytes, *, symbologies: Sequence[Symbology] = tuple(Symbology)) -> Seen:
    """Return the codes in a picture.

    Each web process reads two at once, in children of its own. The picture is kept nowhere.

    Raises:
        PayloadInvalid: no picture, too large, or takes too much time or memory.
        PicturesWait: others were being read for too long.
    """
    try:
        reader = _READERS.get(timeout=_PATIENCE_S)
    except Empty:
        raise PicturesWait from None
    try:
        return reader.read(picture, symbologies=symbologies)
    finally:
        _READERS.put(reader)
