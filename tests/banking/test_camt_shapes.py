"""One statement, written in the many ways that XML and banks allow, says the same."""

import io
import re

import pytest

from banking.reading.camt import read_camt
from tests.banking.samples import Camt, Ntry, Tx

_TX = Tx(
    amount="10.00",
    end_to_end="E2E-7",
    text="Mittag für zwei",
    name="Ana Silva",
    iban="IE29AIBK93115212345678",
)
PLAIN = Camt(closing="1010.00", entries=(str(Ntry("10.00", txs=(_TX,))),)).write().decode()
DAY = "<BookgDt><Dt>2026-11-27</Dt>"
TEXT = "Mittag für zwei"


def swap(old, new):
    """Return the statement with something written otherwise."""
    assert old in PLAIN
    return PLAIN.replace(old, new)


def read(content):
    """Return the head and the line of a file that has one of each."""
    [head, line] = read_camt(io.BytesIO(content))
    return head, line


def declare(encoding):
    return swap("UTF-8", encoding).encode(encoding)


PREFIXED = re.sub(r"<(/?)(?![?/!])", r"<\1n:", PLAIN).replace("xmlns=", "xmlns:n=")
NESTED = '<SplmtryData><Envlp><x xmlns="urn:y"><Amt>9</Amt></x></Envlp></SplmtryData></TxDtls>'
CHARGES = (
    '<Chrgs><Rcrd><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs><NtryDtls>'
)
SHAPES = {
    "names with a prefix": PREFIXED.encode(),
    "UTF-16": declare("UTF-16"),
    "Latin-1": declare("ISO-8859-1"),
    "Windows-1252": declare("windows-1252"),
    "no declaration, a mark": b"\xef\xbb\xbf" + PLAIN.split("?>", 1)[1].strip().encode(),
    "a style sheet and remarks": swap(
        "<Document", '<?xml-stylesheet href="a"?><!-- --><Document'
    ),
    "indented": re.sub(r"><", ">\r\n\t<", PLAIN),
    "unparsed text": swap(TEXT, f"<![CDATA[{TEXT}]]>"),
    "a remark within the text": swap(TEXT, "Mittag <!-- or not -->für zwei"),
    "letters by number": swap("ü", "&#252;"),
    "the text in two": swap(
        f"<Ustrd>{TEXT}</Ustrd>", "<Ustrd>Mittag</Ustrd><Ustrd>für zwei</Ustrd>"
    ),
    "no decimals": swap(">10.00<", ">10<"),
    "five decimals": swap(">10.00<", ">10.00000<"),
    "a time": swap(DAY, "<BookgDt><DtTm>2026-11-27T23:30:00+01:00</DtTm>"),
    "a day with a zone": swap(DAY, "<BookgDt><Dt>2026-11-27+01:00</Dt>"),
    "blanks around an id": swap("E2E-7", "\n  E2E-7\n"),
    "a bank's own elements": swap("</TxDtls>", NESTED),
    "charges beside": swap("<NtryDtls>", CHARGES),
    "empty details": swap("</NtryDtls>", "</NtryDtls><NtryDtls/>"),
    "an ultimate debtor first": swap(
        "<RltdPties>", "<RltdPties><UltmtDbtr><Pty><Nm>Somebody</Nm></Pty></UltmtDbtr>"
    ),
    "no currency of the account": swap("<Ccy>EUR</Ccy>", ""),
}


@pytest.mark.parametrize("content", SHAPES.values(), ids=SHAPES)
def test_it_says_the_same(content):
    written = content.encode() if isinstance(content, str) else content

    head, line = read(written)
    usual_head, usual = read(PLAIN.encode())

    assert (head.account, head.currency, head.closing_minor) == (
        usual_head.account,
        usual_head.currency,
        101000,
    )
    assert line.list_facts() == usual.list_facts()
    assert line.details == usual.details
    [detail] = line.details
    assert (detail.remittance, detail.party_name) == (TEXT, "Ana Silva")


def test_details_that_are_empty_say_nothing_and_are_no_sum_of_several():
    content = re.sub(r"<NtryDtls>.*</NtryDtls>", "<NtryDtls></NtryDtls>", PLAIN)

    _, line = read(content.encode())

    assert (line.amount_minor, line.is_lump, line.details[0].remittance) == (1000, False, "")
