"""Which font holds a letter, and what no font holds."""

from importlib.resources import files

import pytest
from django.core.checks import run_checks

from pos.print.fonts import clean, find_font, find_undrawn, split_clusters

SCRIPTS = {
    "Latin": "Łódź Phở",
    "Greek": "Καφέ",
    "Cyrillic": "Кафе «Гавань»",
    "Arabic": "مقهى الميناء ٢٤",
    "Persian": "\u0645\u06cc\u200c\u062e\u0648",
    "Hebrew": "פלאפל",
    "Han": "港湾小店",
    "Kana": "ハーバー、はーばー",
    "Hangul": "항구 상점",
    "Devanagari": "बंदरगाह की दुकान क्षत्रिय",
    "Bengali": "দোকান",
    "Tamil": "நம்ம கடை",
    "Thai": "ร้านกาแฟท่าเรือ",
    "Georgian": "კაფე",
    "Armenian": "Սրճարան",
    "Ethiopic": "ቡና ቤት",
    "Burmese": "ဆိုင်",
    "Khmer": "ហាង",
    "emoji": "👨\u200d👩\u200d👧 🇮🇪 ☕\ufe0f ★ 👍🏽",
}
# Letters that nobody has made a font of ours for, and one that is nobody's.
FONT = str(files("manimgx_fonts") / "NotoSansThai[wght].ttf")
JAVANESE, PRIVATE = "\ua997\ua9ae", "\ue000"


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_letters_of_these_scripts_are_drawn(text):
    assert find_undrawn(text, "IE") == []


def test_what_no_font_holds_is_named_once():
    text = f"Kiosk {JAVANESE}{PRIVATE} {JAVANESE}"

    assert find_undrawn(text, "IE") == [JAVANESE[0], JAVANESE[1], PRIVATE]


def test_an_operator_s_font_is_asked_last(settings):
    settings.SHEET_FONTS = ["/nowhere/missing.ttf"]

    assert find_font("港", "CN") is not None
    with pytest.raises(ValueError, match=r"missing\.ttf is not there"):
        find_font("\ua996", "CN")


def test_fonts_that_are_none_are_found_by_the_check(settings):
    settings.SHEET_FONTS = [__file__, "/nowhere/missing.ttf", FONT]

    found = [str(each.msg) for each in run_checks() if each.id == "pos.E001"]

    assert found == [
        f"SHEET_FONTS: {path} is no font that can be read." for path in settings.SHEET_FONTS[:2]
    ]


@pytest.mark.parametrize(
    ("text", "clusters"),
    [
        ("Cafe\u0301", ["C", "a", "f", "e\u0301"]),
        ("क्षि", ["क्षि"]),
        ("👨\u200d👩\u200d👧!", ["👨\u200d👩\u200d👧", "!"]),
        ("🇮🇪🇨🇳", ["🇮🇪", "🇨🇳"]),
        ("👍🏽", ["👍🏽"]),
        ("a \u0301", ["a", " ", "\u0301"]),
    ],
)
def test_marks_and_joined_letters_stay_together(text, clusters):
    assert split_clusters(text) == clusters


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Cafe\u0301", "Caf\u00e9"),
        ("Tab\u202eturn", "Tabturn"),
        (" a\u00a0\n b ", "a b"),
        ("\u0645\u06cc\u200c\u062e\u0648", "\u0645\u06cc\u200c\u062e\u0648"),
        ("\u0600٢", "\u0600٢"),
        ("\u200b\u0007", ""),
    ],
)
def test_what_is_never_seen_is_left_out(text, cleaned):
    assert clean(text) == cleaned


def test_a_han_character_is_drawn_as_its_country_does():
    mainland, japan, hong_kong, ireland = (
        find_font("骨", country) for country in ("CN", "JP", "HK", "IE")
    )

    assert mainland is ireland
    assert len({mainland, japan, hong_kong}) == 3
