"""What printers say by their makers' protocols, word for word from the public guides."""

from uuid import UUID

import pytest
from defusedxml.ElementTree import fromstring

from pos.cloudprnt import answer_poll, is_hopeless, is_printed, read_token, read_trouble
from pos.server_direct import Result, read_results, write_request
from qr.references import encode_reference

JOB = UUID("01936f2e-7c00-7000-8000-0000000000aa")
TOKEN = encode_reference("pj", JOB)
# Star CloudPRNT protocol guide 2.4, "JSON Request" and "Printer Status Codes".
POLLS = {
    b'{"status": "23 6 0 0 0 0 0 0 0", "printerMAC": "00:11:62:0d:03:5a", "uniqueID": "",'
    b' "statusCode": "200%20OK", "printingInProgress": false, "clientAction": null}': "",
    b'{"statusCode": "200 OK"}': "",
    b'{"statusCode": "211 Paper Low"}': "",
    b'{"statusCode": "410 Out of paper"}': "paper",
    b'{"statusCode": "411"}': "paper",
    b'{"statusCode": "420 Cover open"}': "cover",
    b'{"statusCode": "5xx"}': "error",
    b'{"status": "23 6"}': None,
    b'["200"]': None,
    b"statusCode=200": None,
    b"[" * 9_000: None,
    b'{"statusCode": "200", "x": "' + b"a" * 20_000 + b'"}': None,
}
# The same, "Print job confirmation (DELETE)": whether it came out, whether it ever will.
CODES = {
    "200 OK": (True, False),
    "OK": (True, False),
    "211": (True, False),
    "410 Out of paper": (False, False),
    "510": (False, True),
    "511 Media decoding error": (False, True),
    "520": (False, False),
    "521": (False, True),
    "": (False, False),
}
RESPONSE = (
    '<response xmlns="http://www.epson-pos.com/schemas/2011/03/epos-print"'
    ' success="{success}" code="{code}" status="{status}" battery="0"/>'
)
# Server Direct Print, "Request (Printing Result)", versions 1.00 and 2.00.
ONE = '<PrintResponseInfo Version="1.00"><ePOSPrint>{}</ePOSPrint></PrintResponseInfo>'
TWO = (
    '<?xml version="1.0" encoding="utf-8"?><PrintResponseInfo Version="2.00"><ePOSPrint>'
    "<Parameter><devid>local_printer</devid><printjobid>{job}</printjobid></Parameter>"
    "<PrintResponse>{said}</PrintResponse></ePOSPrint></PrintResponseInfo>"
)
GOOD = RESPONSE.format(success="true", code="", status="251658262")
PRINTED = Result(JOB, is_printed=True, is_hopeless=False, trouble="")
LOST = PRINTED._replace(is_printed=False)
RESULTS = {
    "printed": (TWO.format(job=TOKEN, said=GOOD), [PRINTED]),
    "first version": (ONE.format(GOOD), [PRINTED._replace(job_id=None)]),
    "another's job": (TWO.format(job="ABC123", said=GOOD), []),
    "no paper": (
        TWO.format(
            job=TOKEN,
            said=RESPONSE.format(success="false", code="EPTR_REC_EMPTY", status="252182556"),
        ),
        [LOST._replace(trouble="paper")],
    ),
    "cover open": (
        TWO.format(
            job=TOKEN,
            said=RESPONSE.format(success="false", code="EPTR_COVER_OPEN", status="251658300"),
        ),
        [LOST._replace(trouble="cover")],
    ),
    "not our XML": (
        TWO.format(
            job=TOKEN, said=RESPONSE.format(success="0", code="SchemaError", status="1")
        ),
        [LOST._replace(is_hopeless=True)],
    ),
    "nothing": ("", None),
    "no XML": ("<PrintResponseInfo>", None),
    "a bomb": ('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', None),
    "too long": ("<x>" + "a" * 70_000 + "</x>", None),
}


@pytest.mark.parametrize("body", POLLS)
def test_a_star_printer_says_how_it_is(body):
    assert read_trouble(body) == POLLS[body]


@pytest.mark.parametrize("code", CODES)
def test_a_star_printer_says_what_became_of_a_job(code):
    assert (is_printed(code), is_hopeless(code)) == CODES[code]


def test_a_star_printer_is_told_what_waits():
    assert answer_poll("") == {"jobReady": False}
    assert answer_poll(TOKEN) == {
        "jobReady": True,
        "mediaTypes": ["application/vnd.star.starprnt"],
        "jobToken": TOKEN,
        "deleteMethod": "DELETE",
    }
    assert read_token(TOKEN) == JOB
    assert read_token("pr_" + TOKEN[3:]) is None


def test_an_epson_printer_gets_bytes_in_hexadecimal():
    written = write_request(b"\x1b@Tea & co <\n", token=TOKEN)

    assert written.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    root = fromstring(written.decode())
    assert (root.tag, root.attrib) == ("PrintRequestInfo", {"Version": "2.00"})
    assert [each.text for each in root.iter("printjobid")] == [TOKEN]
    assert [each.text for each in root.iter("devid")] == ["local_printer"]
    space = "{http://www.epson-pos.com/schemas/2011/03/epos-print}"
    (document,) = root.iter(f"{space}epos-print")
    (command,) = document
    assert (command.tag, bytes.fromhex(command.text)) == (
        f"{space}command",
        b"\x1b@Tea & co <\n",
    )


@pytest.mark.parametrize("case", RESULTS)
def test_an_epson_printer_says_what_became_of_jobs(case):
    text, results = RESULTS[case]

    assert read_results(text) == results
