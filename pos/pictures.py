"""What cameras saw, read a few at a time: they take processor time, and payments go first."""

from collections.abc import Sequence
from queue import Empty, LifoQueue

from pos.errors import PicturesWait
from qr.picture_reader import PictureReader
from qr.scanning import Seen, Symbology

_AT_ONCE = 2
_PATIENCE_S = 1.0
# The last one first, so that the second is started only where two come at once.
_READERS: LifoQueue[PictureReader] = LifoQueue()
for _ in range(_AT_ONCE):
    _READERS.put(PictureReader())


def read_seen(picture: bytes, *, symbologies: Sequence[Symbology] = tuple(Symbology)) -> Seen:
    """Return the codes in a picture.

    Each web process reads two at once, in children of its own. The picture is kept nowhere.

    Raises:
        PayloadInvalid: it is no picture, too large, or takes too much time or memory.
        PicturesWait: others are being read, and it did not come to this one.
    """
    try:
        reader = _READERS.get(timeout=_PATIENCE_S)
    except Empty:
        raise PicturesWait from None
    try:
        return reader.read(picture, symbologies=symbologies)
    finally:
        _READERS.put(reader)
