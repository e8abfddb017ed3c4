"""Text for files that spreadsheets open."""

import pytest

from ledger.csv import quote_formula


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("A-17", "A-17"),
        ("", ""),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff20SUM(A1)", "'\uff20SUM(A1)"),
        ("\ufe661", "'\ufe661"),
        ("\u200b =1", "'\u200b =1"),
        ("\u3000=1", "'\u3000=1"),
        ("\x01=1", "'\x01=1"),
        ("1=2", "1=2"),
        ("\uff211", "\uff211"),
    ],
)
def test_a_spreadsheet_runs_no_customer_s_text(text, quoted):
    assert quote_formula(text) == quoted
