#!/usr/bin/env bash
# Babel writes a currency's letters against the digits where CLDR wants a no-break space between them.
#
# Expected (CLDR, currencySpacing: beforeCurrency and afterCurrency insert U+00A0 between a letter and a digit;
# ECMA-402 in browsers does so): "KWD 1.234", "CHF 5.00".
# Seen with Babel 2.18.0: "KWD1.234" and "CHF5.00" in English. A page whose server writes with Babel and whose
# script writes with Intl.NumberFormat shows one amount in two ways. Signs ("€5.00") are alike in both.
# Fails when that changes.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check babel==2.18.0
"$folder/venv/bin/python" - <<'PY'
from decimal import Decimal

import babel
from babel.numbers import format_currency

for amount, currency, seen, expected in [
    (Decimal("1.234"), "KWD", "KWD1.234", "KWD\u00a01.234"),
    (Decimal(5), "CHF", "CHF5.00", "CHF\u00a05.00"),
    (Decimal(5), "EUR", "€5.00", "€5.00"),
]:
    text = format_currency(amount, currency, locale="en")
    print(f"Babel {babel.__version__}, en: {text!r}; by CLDR {expected!r}")
    assert text == seen, "this has changed"
print("as described")
PY
