"""Epson Server Direct Print: the XML that a printer gets and sends, version 2.00."""

from typing import NamedTuple
from uuid import UUID
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from qr.errors import PayloadInvalid
from qr.references import decode_reference

_SPACE = "http://www.epson-pos.com/schemas/2011/03/epos-print"
_RESULT_MAX = 65_536
# How long the printer tries, in milliseconds.
_TIMEOUT = "10000"
# Of its status.
_PAPER_END, _COVER_OPEN, _OFFLINE = 0x0008_0000, 0x20, 0x08
_HOPELESS = {"SchemaError", "EX_INVALID", "EX_SPOOLER"}


class Result(NamedTuple):
    """What became of a job; a printer of the first version names none."""

    job_id: UUID | None
    is_printed: bool
    is_hopeless: bool
    trouble: str


def write_request(sent: bytes, *, token: str) -> bytes:
    """Return the document that makes a printer print: ESC/POS, as it is, in hexadecimal."""
    root = Element("PrintRequestInfo", Version="2.00")
    job = SubElement(root, "ePOSPrint")
    parameters = SubElement(job, "Parameter")
    SubElement(parameters, "devid").text = "local_printer"
    SubElement(parameters, "timeout").text = _TIMEOUT
    SubElement(parameters, "printjobid").text = token
    data = SubElement(job, "PrintData")
    document = SubElement(data, "epos-print", xmlns=_SPACE)
    SubElement(document, "command").text = sent.hex()
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def read_results(text: str) -> list[Result] | None:
    """Read what became of jobs; None if it is no such document."""
    if len(text) > _RESULT_MAX:
        return None
    try:
        root = fromstring(text.encode())
    except (ParseError, DefusedXmlException, ValueError):
        return None
    jobs = [each for each in root.iter() if _name(each) == "ePOSPrint"]
    return [result for job in jobs or [root] for result in _read_job(job)]


def _read_job(job: Element) -> list[Result]:
    token = next((each.text or "" for each in job.iter() if _name(each) == "printjobid"), "")
    job_id = _read_token(token)
    if token and job_id is None:
        return []
    responses = [each for each in job.iter() if _name(each) == "response"]
    return [
        Result(
            job_id,
            response.get("success") in ("true", "1"),
            response.get("code", "") in _HOPELESS,
            _find_trouble(response.get("status", "0")),
        )
        for response in responses
    ]


def _find_trouble(status: str) -> str:
    bits = int(status) if status.isascii() and status.isdecimal() and len(status) < 12 else 0
    if bits & _PAPER_END:
        return "paper"
    if bits & _COVER_OPEN:
        return "cover"
    return "error" if bits & _OFFLINE else ""


def _read_token(text: str) -> UUID | None:
    try:
        return decode_reference("pj", text.strip())
    except PayloadInvalid:
        return None


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
