"""Pictures of codes as cameras see them: turned, tilted, blurred, faint, noisy, small."""

import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist
from uuid import UUID

from PIL import Image, ImageChops, ImageFilter

from qr.charge_codes import ChargeCode, encode_charge_code
from qr.image import Level, draw_png
from qr.links import encode_link
from qr.payment_codes import PREFIX
from tests.qr.payloads import VECTORS

TOKEN = UUID("0190f3c2-5b1a-7c3d-9e4f-0123456789ab")
PIXELS = 6
# Drawn so much finer than it is seen, because cameras do not see whole pixels.
_FINE = 2
_WHITE = 255
_DISTANCE = 3


def _find_vector(source: str) -> str:
    return next(each["payload"] for each in VECTORS if each["valid"] and each["why"] == source)


PAYLOADS = {
    "charge link": encode_link("https://pay.tessera.example", TOKEN),
    "charge as EMVCo code": encode_charge_code(
        ChargeCode(
            token=TOKEN,
            amount_minor=480,
            currency="EUR",
            country="IE",
            name="Harbour Corner",
            city="Dublin",
            reference="7K4M92QY",
            terminal="Till 1",
        ),
        host="pay.tessera.example",
    ),
    "EPC transfer": _find_vector("no amount: payer enters it"),
    "Swiss bill": next(
        each["payload"]
        for each in VECTORS
        if each["valid"] and each["format"] == "swiss" and each["payload"].isascii()
    ),
    "payment code": PREFIX + "1234567890123456",
}


@dataclass(frozen=True, slots=True)
class Camera:
    """One shot's chance: the same seed takes the same shot again."""

    chance: random.Random
    level: Level = Level.M

    def take(self, text: str, change: "Change", *, pixels: float = PIXELS) -> Image.Image:
        """Take a picture of a code, a little turned and beside the pixels, and change it."""
        drawn = draw_png(text, pixels_per_module=_FINE * PIXELS, level=self.level)
        code = Image.open(io.BytesIO(drawn)).convert("L")
        side = code.width + 2 * _FINE * PIXELS
        page = Image.new("L", (side, side), _WHITE)
        page.paste(
            code,
            (
                self.chance.randrange(2 * _FINE * PIXELS),
                self.chance.randrange(2 * _FINE * PIXELS),
            ),
        )
        turned = rotate(page, self.chance.uniform(-2, 2))
        scale = pixels / (_FINE * PIXELS)
        size = (round(turned.width * scale),) * 2
        return change(turned.resize(size, Image.Resampling.BOX), self.chance)


Change = Callable[[Image.Image, random.Random], Image.Image]


def open_camera(seed: int | str, level: Level = Level.M) -> Camera:
    """Return the camera that takes this seed's shot."""
    return Camera(random.Random(seed), level)  # noqa: S311  the same shots for everybody


def keep(picture: Image.Image, _chance: random.Random) -> Image.Image:
    """Change nothing."""
    return picture


def rotate(picture: Image.Image, degrees: float) -> Image.Image:
    """Turn the picture; what comes in at the corners is white."""
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=_WHITE)


def tilt(picture: Image.Image, degrees: float) -> Image.Image:
    """Tilt the picture about its horizontal middle, seen from three times its width."""
    angle, middle = math.radians(degrees), picture.width / 2
    sine, cosine = math.sin(angle), math.cos(angle)
    bend = -sine / (cosine * _DISTANCE * picture.width)
    # Of a point seen, where it is on the picture: both over 1 + bend * (y - middle).
    scale = 1 - bend * middle
    across = (1, middle * bend, -middle + middle * scale)
    down = (0, 1 / cosine + middle * bend, -middle / cosine + middle * scale)
    numbers = [each / scale for each in (*across, *down, 0, bend)]
    return picture.transform(
        picture.size,
        Image.Transform.PERSPECTIVE,
        numbers,
        Image.Resampling.BICUBIC,
        fillcolor=_WHITE,
    )


def add_noise(picture: Image.Image, chance: random.Random, *, sigma: float) -> Image.Image:
    """Add normal noise, the same for the same chance."""
    normal = NormalDist(128, sigma)
    table = [min(255, max(0, round(normal.inv_cdf((each + 0.5) / 256)))) for each in range(256)]
    count = picture.width * picture.height
    noise = Image.frombytes("L", picture.size, chance.randbytes(count)).point(table)
    return ImageChops.add(picture, noise, offset=-128)


def fade(picture: Image.Image, *, contrast: int) -> Image.Image:
    """Leave so many of 255 steps between dark and light, about the middle."""
    return picture.point([128 + (each - 128) * contrast // 255 for each in range(256)])


def compress(picture: Image.Image, *, quality: int) -> Image.Image:
    """Write as JPEG and read back."""
    written = io.BytesIO()
    picture.save(written, format="JPEG", quality=quality)
    return Image.open(written).convert("L")


def _rotated(picture: Image.Image, _chance: random.Random, *, degrees: float) -> Image.Image:
    return rotate(picture, degrees)


def _tilted(picture: Image.Image, _chance: random.Random, *, degrees: float) -> Image.Image:
    return tilt(picture, degrees)


def _blurred(picture: Image.Image, _chance: random.Random, *, radius: float) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(radius * PIXELS))


def _faded(picture: Image.Image, chance: random.Random, *, contrast: int) -> Image.Image:
    return add_noise(fade(picture, contrast=contrast), chance, sigma=3)


def _compressed(picture: Image.Image, _chance: random.Random, *, quality: int) -> Image.Image:
    return compress(picture, quality=quality)


def _photographed(picture: Image.Image, chance: random.Random) -> Image.Image:
    seen = tilt(rotate(picture, 12), 20).filter(ImageFilter.GaussianBlur(PIXELS / 3))
    return compress(add_noise(seen, chance, sigma=12), quality=50)


# What is done to a picture, and how many pixels of it a module has.
CASES: dict[str, tuple[Change, float]] = {
    "clean": (keep, PIXELS),
    **{f"turned {n} degrees": (partial(_rotated, degrees=n), PIXELS) for n in (10, 30, 45, 90)},
    **{f"tilted {n} degrees": (partial(_tilted, degrees=n), PIXELS) for n in (10, 20, 35)},
    **{
        f"blurred by {n} of a module": (partial(_blurred, radius=n), PIXELS)
        for n in (0.33, 0.5, 0.67)
    },
    **{
        f"contrast {n} of 255, noise 3": (partial(_faded, contrast=n), PIXELS)
        for n in (75, 35, 16)
    },
    **{f"noise {n}": (partial(add_noise, sigma=n), PIXELS) for n in (25, 50, 80)},
    **{f"JPEG of quality {n}": (partial(_compressed, quality=n), PIXELS) for n in (30, 10)},
    **{f"{n} pixels a module": (keep, n) for n in (4, 3, 2)},
    "turned 12, tilted 20, blurred 0.33, noise 12, JPEG 50": (_photographed, PIXELS),
}
