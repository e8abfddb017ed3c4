"""The fonts that printed pages are drawn with: which of them holds a letter."""

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

import uharfbuzz as hb
from django.conf import settings

# One drawing of a Han character for each country that has its own; the mainland's elsewhere.
_HAN_FACES = {"JP": 0, "KR": 1, "TW": 3, "HK": 4, "MO": 4}
_HAN_FACE = 2
_HAN_FILE = "NotoSansCJK-VF.otf.ttc"
_FIRST, _LAST = "NotoSans[wght].ttf", "NotoEmoji[wght].ttf"
# It is in the first font.
_LOST = "\N{REPLACEMENT CHARACTER}"
_JOINERS = "\u200c\u200d"
_VIRAMA = 9


class Font:
    """One face of a file, opened once."""

    def __init__(self, path: Path, index: int = 0) -> None:
        if not path.is_file():
            msg = f"{path} is not there"
            raise ValueError(msg)
        # Memory-mapped: a name needs a few pages of the thirty megabytes of Han.
        self._face = hb.Face(hb.Blob.from_file_path(str(path)), index)
        if not self._face.glyph_count:
            msg = f"{path} is no font"
            raise ValueError(msg)
        self._letters = self._face.unicodes

    def holds(self, cluster: str) -> bool:
        """Return whether every letter has a glyph; joiners and variation marks need none."""
        return all(ord(each) in self._letters for each in cluster if not _is_unseen(each))


@lru_cache(maxsize=4096)
def find_font(cluster: str, country: str) -> Font | None:
    """Find the font that has a letter with its marks, in the form usual in a country."""
    return next((font for font in _list_fonts(country) if font.holds(cluster)), None)


def list_faces(country: str) -> Iterator[tuple[Path, int]]:
    """Yield the files of fonts and the face in each, in the order of who is asked first."""
    folder = _folder("manimgx_fonts")
    yield folder / _FIRST, 0
    yield from ((path, 0) for path in _list_scripts(folder))
    yield _folder("manimgx_fonts_cjk") / _HAN_FILE, _HAN_FACES.get(country, _HAN_FACE)
    yield folder / _LAST, 0
    yield from ((Path(path), 0) for path in settings.SHEET_FONTS)


def replace_undrawn(text: str, country: str) -> str:
    """Return a text of letters that some font has: others become the sign of a lost letter."""
    return "".join(
        cluster if find_font(cluster, country) else _LOST
        for cluster in split_clusters(clean(text))
    )


def find_undrawn(text: str, country: str) -> list[str]:
    """Return the letters that no font has, each once."""
    clusters = dict.fromkeys(split_clusters(clean(text)))
    return [each for each in clusters if find_font(each, country) is None]


def clean(text: str) -> str:
    """Compose letters with their marks, and drop invisible ones such as bidi overrides."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(each for each in composed if _is_kept(each)).split())


def split_clusters(text: str) -> list[str]:
    """Split a text into clusters: marks and joined letters stay with their base."""
    clusters: list[str] = []
    for each in text:
        before = clusters[-1] if clusters else ""
        if before and _belongs(each, before):
            clusters[-1] += each
        else:
            clusters.append(each)
    return clusters


def _belongs(letter: str, before: str) -> bool:
    if before.isspace():
        return False
    last = before[-1]
    if unicodedata.category(letter).startswith("M") or letter in _JOINERS:
        return True
    if last == "\u200d" or unicodedata.combining(last) == _VIRAMA:
        return True
    # A skin tone joins the emoji before it; two regional letters are one flag.
    if "\U0001f3fb" <= letter <= "\U0001f3ff":
        return True
    return _is_region(letter) and _is_region(last) and len(before) == 1


def _is_region(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _is_kept(letter: str) -> bool:
    category = unicodedata.category(letter)
    if letter.isspace() or letter in _JOINERS:
        return True
    # Arabic number signs count as formatting and are visible all the same.
    return category != "Cc" and (category != "Cf" or unicodedata.bidirectional(letter) == "AN")


def _is_unseen(letter: str) -> bool:
    is_variation = "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"
    return is_variation or letter in _JOINERS


def _list_fonts(country: str) -> Iterator[Font]:
    return (_open(path, index) for path, index in list_faces(country))


@cache
def _list_scripts(folder: Path) -> list[Path]:
    others = {_FIRST, _LAST}
    paths = (path for path in folder.glob("*.ttf") if path.name not in others)
    return sorted(path for path in paths if "Italic" not in path.name)


@cache
def _folder(package: str) -> Path:
    return Path(str(files(package)))


@cache
def _open(path: Path, index: int = 0) -> Font:
    return Font(path, index)
