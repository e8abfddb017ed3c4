"""Text for files that spreadsheets open."""

import pytest

from ledger.exports import quote_formula


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
        ("1=2", "1=2"),
    ],
)
def test_a_spreadsheet_runs_no_customer_s_text(text, quoted):
    assert quote_formula(text) == quoted
