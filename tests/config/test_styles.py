"""Style sheets: no rule without something to style, no part without a sheet, one file each."""

import gzip
import re

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings

from servers.programs import ROOT

SHEETS = ROOT / "static/css"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
IMPORT = re.compile(r'@import url\("(.+?)"\)')
# A template's tags in an attribute may hold quotation marks themselves.
NAMES = re.compile(r'\b(?:class|id)="((?:[^"{]|{%.*?%}|{{.*?}})*)"', re.DOTALL)
BODY_CLASS = re.compile(r"{% block body_class %}(.*?){% endblock")
SAID = re.compile(r'\bn?gettext\(\s*"[^"\n]*"')
STRING = re.compile(r'"[^"\n]*"|`[^`]*`')
WORD = re.compile(r"[\w-]+")


def read_rules(path):
    return COMMENT.sub("", path.read_text())


def list_sheets():
    return sorted(SHEETS.rglob("*.css"))


def list_selected(text):
    """Return the classes and ids that the selectors of a sheet name."""
    selectors = [each.strip() for each in re.findall(r"([^{};]+){", text)]
    found = [re.findall(r"[.#]([a-zA-Z][\w-]*)", each) for each in selectors if each[0] != "@"]
    return {name for names in found for name in names}


def list_given():
    """Return each word that a template or a script may use as a class or an id."""
    pages = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    marked = [
        text for page in pages for each in (NAMES, BODY_CLASS) for text in each.findall(page)
    ]
    scripts = [path.read_text() for path in (ROOT / "static").rglob("*.js")]
    written = [text for script in scripts for text in STRING.findall(SAID.sub("", script))]
    # `amt` and its like, of the tags that write money.
    tags = (ROOT / "ledger/templatetags/money.py").read_text()
    return set(WORD.findall(" ".join([*marked, *written, *NAMES.findall(tags)])))


@pytest.fixture
def collected(tmp_path):
    """Collect the static files as they are served, and return where they are."""
    storages = settings.STORAGES | {
        "staticfiles": {"BACKEND": "config.static_files.StaticFiles"}
    }
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path):
        call_command("collectstatic", verbosity=0, interactive=False)
        yield lambda name: tmp_path / staticfiles_storage.url(name).removeprefix("/static/")


def test_every_rule_has_something_to_style():
    given = list_given()

    dead = {
        path.name: sorted(list_selected(read_rules(path)) - given) for path in list_sheets()
    }
    assert {name: classes for name, classes in dead.items() if classes} == {}


def test_the_look_for_dead_rules_sees_them():
    sheet = ".card > .gone:hover, #main { } @media (min-width: 1.5rem) { .left.wide { } }"

    assert list_selected(sheet) == {"card", "gone", "main", "left", "wide"}
    assert {"card", "main", "till-body", "amt", "skeleton"} <= list_given()
    assert "gone" not in list_given()


def list_dark(text):
    """Return what the dark theme sets, as the system wishes and as the user does."""
    return re.findall(
        r"(?:scheme: dark\) {\s*:root\S* [^{]*|theme=\"dark\"\] ?){([^}]*)}", text
    )


def test_the_dark_theme_has_other_colors_and_no_other_boxes():
    """Pages are measured dark on one screen only, because of this."""
    told = "\n".join(read_rules(path) for path in list_sheets())
    color = re.compile(r"--[\w-]+: #[0-9a-f]{3,8}|--shadow: none|color-scheme: dark")

    wished, chosen = list_dark(told)
    assert wished.split() == chosen.split()
    settings = [each.strip() for each in wished.split(";") if each.strip()]
    assert [each for each in settings if not color.fullmatch(each)] == []
    assert told.count("prefers-color-scheme") == told.count('data-theme="dark"') == 1


def test_every_token_and_every_animation_is_used():
    rules = "\n".join(read_rules(path) for path in list_sheets())
    scripts = "\n".join(path.read_text() for path in (ROOT / "static").rglob("*.js"))

    tokens = set(re.findall(r"(--[\w-]+):", rules))
    used = set(re.findall(r"var\((--[\w-]+)", rules)) | set(re.findall(r"--[\w-]+", scripts))
    moves = set(re.findall(r"@keyframes (\w+)", rules))
    assert tokens - used == set()
    assert moves - set(re.findall(r"animation: (\w+)", rules)) == set()


def test_every_part_belongs_to_one_sheet_and_every_sheet_to_a_page():
    imported = [
        (path.parent / name).relative_to(SHEETS).as_posix()
        for path in list_sheets()
        for name in IMPORT.findall(path.read_text())
    ]
    pages = "\n".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    linked = re.findall(r"{% static 'css/(.+?)' %}", pages)

    every = [path.relative_to(SHEETS).as_posix() for path in list_sheets()]
    assert sorted([*imported, *set(linked)]) == sorted(every)


def test_a_sheet_is_collected_as_one_file_with_its_parts_in_turn(collected):
    sheet = collected("css/seal.css").read_text()

    parts = IMPORT.findall((SHEETS / "seal.css").read_text())
    rules = [re.sub(r"\s*\n\s*", "\n", read_rules(SHEETS / part)) for part in parts]
    places = [sheet.find(each.strip()) for each in rules]
    assert len(parts) > 10
    assert places == sorted(places)
    assert min(places) >= 0
    assert "@import" not in sheet
    assert "/*" not in sheet


def test_scripts_are_collected_without_their_comments(collected):
    for path in (ROOT / "static/js").glob("*.js"):
        lines = collected(f"js/{path.name}").read_text().splitlines()
        assert [line for line in lines if line.lstrip().startswith(("//", "/*"))] == []
    assert "export const makeRow" in collected("js/page.js").read_text()


def test_what_is_collected_is_named_by_all_it_holds(collected, tmp_path):
    sheet = collected("css/seal.css")

    assert re.fullmatch(r"seal\.[0-9a-f]{12}\.css", sheet.name)
    packed = sheet.with_name(f"{sheet.name}.gz").read_bytes()
    assert gzip.decompress(packed) == sheet.read_bytes()
    # Without a hash it is as it was written, and browsers import its parts.
    plain = tmp_path / "css/seal.css"
    assert plain.read_text() == (SHEETS / "seal.css").read_text()


def test_scripts_name_each_other_s_versions(collected):
    script = collected("js/till.js").read_text()

    assert f'from "./{collected("js/sale.js").name}"' in script
