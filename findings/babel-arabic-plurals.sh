#!/usr/bin/env bash
# Babel numbers the plural forms of Arabic otherwise than usual gettext catalogues do.
#
# Expected (the Arabic catalogues of Django and of many other projects, whose rule ends in
# "n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5"): msgstr[4] is for 11 to 99, msgstr[5] for 100 to 102.
# Seen with Babel 2.18.0: its own rule for "ar" says 4 for 100 to 102 and 5 for 11 to 99. `pybabel init` writes that
# into the head of the catalogue. A translator who copies the six forms of a text from one catalogue into the other
# gets the noun in the wrong case for 11 and for 100; the number of forms is right, so no tool says anything.
# The rule in the head is what counts: keep the forms with it, never the forms alone.
# Fails when that changes.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check babel==2.18.0 django==5.2.8
"$folder/venv/bin/python" - <<'PY'
import gettext
import re
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from babel.messages import Catalog

def number_forms(header):
    """The form that Python's gettext takes for some numbers, by the rule of a catalogue's head."""
    assert "nplurals=6" in header
    rule = gettext.c2py(re.search(r"plural=([^;]*);", header)[1])
    return {count: rule(count) for count in (0, 1, 2, 3, 10, 11, 99, 100, 102)}

def read_header(path):
    """The head of a catalogue, whose lines may be broken anywhere."""
    head = path.read_text(encoding="utf-8").partition("\n\n")[0]
    return re.search(r"Plural-Forms: ([^\\]*)", re.sub(r'"\n"', "", head))[1]

catalogue = Path(find_spec("django").origin).parent / "conf/locale/ar/LC_MESSAGES/django.po"
headers = {"Babel": Catalog(locale="ar").plural_forms, "Django": read_header(catalogue)}
forms = {name: number_forms(header) for name, header in headers.items()}
for name, header in headers.items():
    print(f"{name} {version(name)}: {header}")
    print("  " + ", ".join(f"{count} -> {form}" for count, form in forms[name].items()))

few = {0: 0, 1: 1, 2: 2, 3: 3, 10: 3}
assert forms["Babel"] == few | {11: 5, 99: 5, 100: 4, 102: 4}, "this has changed"
assert forms["Django"] == few | {11: 4, 99: 4, 100: 5, 102: 5}, "this has changed"

# The six forms of a text as Django's catalogue orders them, read by each rule.
text = ["no hours", "one hour", "two hours", "few (3-10)", "many (11-99)", "other (100-102)"]
for count in (11, 100):
    print(f"{count}: Django's rule says {text[forms['Django'][count]]!r}, Babel's {text[forms['Babel'][count]]!r}")
print("as described")
PY
