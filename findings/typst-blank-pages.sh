#!/usr/bin/env bash
# Typst writes blank pages, valid and tagged, when it has none of the fonts that a document names.
#
# Expected: an error, as for a single letter that no font has ("could not be displayed with font"); or at
# least from `typst.compile`, whose callers see no warnings.
# Seen with typst 0.15.2 (the package of PyPI): a font's file given in `font_paths` is passed over without a
# word, because only folders are looked through, and so is a folder that is not there. The document is
# compiled all the same, also under PDF/UA-1, and every letter is missing. `typst.compile` says nothing;
# `typst.compile_with_warnings` warns "unknown font family". With the fonts there, PDF/UA-1 refuses the whole
# document for one letter that they lack.
# Fails when that changes.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "typst==0.15.2" \
  "manimgx-fonts==2026.9.26.post1" "pypdfium2==5.15.2"
"$folder/venv/bin/python" - <<'PY'
from importlib.resources import files

import pypdfium2
import typst

FONTS = str(files("manimgx_fonts"))
HEAD = '#set document(title: "x")\n#set text(font: "Noto Sans", fallback: false)\n'


def read(text, font_paths):
    """Return the letters of a document, and what was warned of."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=font_paths
    )
    source = {"main.typ": (HEAD + text).encode()}
    options = {"font_paths": fonts, "ignore_system_fonts": True, "pdf_standards": ["ua-1"]}
    pages, warnings = typst.compile_with_warnings(source, format="pdf", **options)
    letters = pypdfium2.PdfDocument(pages)[0].get_textpage().get_text_range()
    return letters.strip(), [each.message for each in warnings]


for paths in ([f"{FONTS}/NotoSans[wght].ttf"], ["/nowhere"]):
    letters, warnings = read("Total 12.00", paths)
    print(f"{paths}: {letters!r}, {warnings}")
    assert (letters, warnings) == ("", ["unknown font family: noto sans"]), "this has changed"
assert read("Total 12.00", [FONTS]) == ("Total 12.00", [])
try:
    read("Total 12.00, \N{CJK UNIFIED IDEOGRAPH-6E2F}", [FONTS])
except typst.TypstError as refusal:
    print(refusal.message)
else:
    raise SystemExit("one letter without a font is not refused any more")
print("as described")
PY
