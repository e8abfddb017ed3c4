"""Tries our pictures on readers of codes: turned, tilted, blurred, faint, noisy, small.

    .venv/bin/python bench/decode_trial.py                     # with zxing-cpp alone
    python -m venv /tmp/readers                                # with all three
    /tmp/readers/bin/pip install zxing-cpp pyzbar opencv-python-headless
    /tmp/readers/bin/pip install qrcode iso4217 cryptography pillow
    /tmp/readers/bin/python bench/decode_trial.py

pyzbar needs the system's libzbar (Debian: libzbar0). Prints a table in Markdown: of all shots
of a case, how many in a hundred were read exactly. The same number of shots is the same shots.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageFilter

sys.path.insert(0, str(Path(__file__).parents[1]))

from qr.image import Level, make_matrix
from tests.qr.shots import CASES, PAYLOADS, Camera, Change, add_noise, open_camera

Reader = Callable[[Image.Image], str]
Take = Callable[[str, Camera], Image.Image]
# Of the whole picture: the more modules, the fewer pixels for each.
_WIDTHS = (200, 150, 110)


def read_by_zxing(picture: Image.Image) -> str:
    """Read with zxing-cpp."""
    zxing = import_module("zxingcpp")
    found = zxing.read_barcodes(picture, formats=zxing.BarcodeFormat.QRCode)
    return found[0].text if found else ""


def read_by_zbar(picture: Image.Image) -> str:
    """Read with ZBar."""
    zbar = import_module("pyzbar.pyzbar")
    found = zbar.decode(picture, symbols=[zbar.ZBarSymbol.QRCODE])
    return found[0].data.decode() if found else ""


def read_by_opencv(picture: Image.Image) -> str:
    """Read with OpenCV's own detector."""
    opencv, numpy = import_module("cv2"), import_module("numpy")
    return str(opencv.QRCodeDetector().detectAndDecode(numpy.array(picture))[0])


_READERS: dict[str, tuple[str, Reader]] = {
    "zxing-cpp": ("zxingcpp", read_by_zxing),
    "pyzbar": ("pyzbar", read_by_zbar),
    "OpenCV": ("cv2", read_by_opencv),
}
READERS = {name: read for name, (module, read) in _READERS.items() if find_spec(module)}


class Trial:
    """What each reader read, took and mistook so far."""

    def __init__(self, shots: int) -> None:
        self.shots = shots
        self.pictures = 0
        self.wrong: Counter[str] = Counter()
        self.right: Counter[str] = Counter()
        self.seconds: dict[str, float] = dict.fromkeys(READERS, 0.0)

    def try_all(self, texts: list[str], take: Take, level: Level = Level.M) -> list[str]:
        """Return the readers' shares of what they read exactly, in a hundred."""
        right: Counter[str] = Counter()
        for text in texts:
            for seed in range(self.shots):
                picture = take(text, open_camera(f"{text}{seed}", level))
                self.pictures += 1
                for name in READERS:
                    right[name] += self._try_one(name, picture, text)
        return [f"{100 * right[name] / (self.shots * len(texts)):.0f}" for name in READERS]

    def _try_one(self, name: str, picture: Image.Image, text: str) -> bool:
        begun = time.process_time()
        read = READERS[name](picture)
        self.seconds[name] += time.process_time() - begun
        self.wrong[name] += read not in {"", text}
        self.right[name] += read == text
        return read == text


def write_row(*cells: str) -> None:
    """Print a row of the table."""
    print(f"| {' | '.join(cells)} |", flush=True)


def try_cases(trial: Trial) -> None:
    """Print the readers' shares for each case, over all payloads."""
    write_row("case", *READERS)
    write_row(*["---"] * (1 + len(READERS)))
    for name, (change, pixels) in CASES.items():
        take = partial(_take, change=change, pixels=pixels)
        write_row(name, *trial.try_all(list(PAYLOADS.values()), take))
    pictures = trial.pictures
    write_row("all", *(f"{100 * trial.right[name] / pictures:.0f}" for name in READERS))
    write_row("another text read", *(str(trial.wrong[name]) for name in READERS))
    write_row(
        "ms a picture", *(f"{1000 * trial.seconds[name] / pictures:.1f}" for name in READERS)
    )


def try_levels(trial: Trial) -> None:
    """Print how the levels of error correction do on the same width."""
    print()
    write_row("payload, width in pixels, level", *READERS)
    write_row(*["---"] * (1 + len(READERS)))
    for name in ("charge link", "charge as EMVCo code"):
        for width in _WIDTHS:
            for level in Level:
                shares = trial.try_all([PAYLOADS[name]], _take_at(width), level)
                write_row(f"{name}, {width}, {level.name}", *shares)


def _take(text: str, camera: Camera, *, change: Change, pixels: float) -> Image.Image:
    return camera.take(text, change, pixels=pixels)


def _take_at(width: int) -> Take:
    def take(text: str, camera: Camera) -> Image.Image:
        pixels = width / len(make_matrix(text, level=camera.level))
        return camera.take(text, _look_from_afar, pixels=pixels)

    return take


def _look_from_afar(picture: Image.Image, chance: random.Random) -> Image.Image:
    return add_noise(picture.filter(ImageFilter.GaussianBlur(0.8)), chance, sigma=6)


def main() -> None:
    """Try everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=int, default=8, help="of each payload and case")
    shots = parser.parse_args().shots
    try_cases(Trial(shots))
    try_levels(Trial(3 * shots))


if __name__ == "__main__":
    main()
