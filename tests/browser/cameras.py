"""A camera for Chromium: a film of one picture, which a test puts before the lens."""

import io
from pathlib import Path

from PIL import Image

from qr.image import draw_png

_SIZE = (640, 480)
_GROUND = 205


class Camera:
    """What the browser's camera sees; `flags` tell Chromium to use it.

    The browser looks at the film when a page opens the camera, and sees it again and again.
    """

    def __init__(self, film: Path) -> None:
        self._film = film
        self.flags = (
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        )
        self.show()

    def show(self, *texts: str) -> None:
        """Put codes of these texts before the lens, side by side; none is a bare table."""
        self.show_pictures(*(draw_png(text) for text in texts))

    def show_pictures(self, *pictures: bytes) -> None:
        """Put square pictures before the lens, side by side."""
        table = Image.new("L", _SIZE, _GROUND)
        for place, picture in enumerate(pictures):
            side = min(400, _SIZE[0] // len(pictures) - 20)
            code = _open_code(picture).resize((side, side), Image.Resampling.BOX)
            table.paste(code, (10 + place * _SIZE[0] // len(pictures), 40))
        # A camera that is on goes on with its own film, and finds none that is half written.
        fresh = self._film.with_suffix(".new")
        fresh.write_bytes(_shoot(table))
        fresh.replace(self._film)


def _open_code(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert("L")


def _shoot(picture: Image.Image) -> bytes:
    # YUV4MPEG2: brightness of each pixel, then two planes of color a quarter as large.
    width, height = picture.size
    head = f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420\n".encode()
    gray = bytes([128]) * (width * height // 2)
    return head + b"FRAME\n" + picture.tobytes() + gray
