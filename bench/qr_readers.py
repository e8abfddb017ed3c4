"""One library of others, asked in a process of its own: a line of JSON in, one out.

    python -S bench/qr_readers.py cemacqr < texts.json

Each text is answered with `accepted`, `refused` or `failed` (it broke); for libraries that only
write, requests come in and texts go out. Run by `bench/qr_libraries.py`.
"""

import json
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

# Exceptions that mean a library broke, not that it refused.
BREAKS = (TypeError, LookupError, AttributeError, NameError, ArithmeticError, AssertionError)


def read_cemacqr(text: str) -> bool:
    """Ask with the profile of EMVCo, or of CEMAC where the code is of there."""
    library = import_module("cemacqr")
    payload = library.parse_payload(text)
    return bool(library.validate(payload, library.EMVCO).ok)


def read_cemac(text: str) -> bool:
    """Ask with the profile of CEMAC."""
    library = import_module("cemacqr")
    return bool(library.validate(library.parse_payload(text), library.CEMAC).ok)


def read_qriskit(text: str) -> bool:
    """Ask for problems that are errors."""
    issues = import_module("qriskit").validate(text)
    return not any(issue.severity == "error" for issue in issues)


def read_pysip(text: str) -> bool:
    """Ask for errors."""
    return not import_module("sip_qr").validate_payload(text)


def read_uemoa(text: str) -> bool:
    """Ask for a judgement."""
    return bool(import_module("uemoa_qrcode").UemoaQRService().validate_qr_code(text))


def read_pixcanvas(text: str) -> bool:
    """Ask for a judgement."""
    return bool(import_module("pixcanvas").validate_pix(text).is_valid)


def read_vietnam(text: str) -> bool:
    """Ask for a judgement."""
    return bool(import_module("vietnam_qr_pay").QRPay(text).is_valid)


def read_napas(text: str) -> bool:
    """Decode, with the check sum."""
    import_module("qr_pay.decode").decode(text)
    return True


def read_vietqr(text: str) -> bool:
    """Check the sum first, as its documentation does, then parse."""
    parser = import_module("vietqr_emvco").VietQRParser
    return bool(parser.verify_checksum(text)) and parser.parse(text) is not None


def read_konthaina(text: str) -> bool:
    """Ask for a judgement."""
    return bool(import_module("konthaina_khqr").verify(text))


def read_bceao(text: str) -> bool:
    """Decode."""
    import_module("bceao_pispi_qrcode").PispiQrPayload.decode(text)
    return True


def write_segno(request: dict[str, Any]) -> str:
    """Write a SEPA transfer; the text is what goes into the picture."""
    write = import_module("segno.helpers")._make_epc_qr_data  # noqa: SLF001  no other way to it
    names = ("name", "iban", "amount", "text", "reference", "bic", "purpose")
    known = {name: request[name] or None for name in names}
    return str(write(**known, encoding=1).decode())


def write_qrbill(request: dict[str, Any]) -> str:
    """Write a Swiss bill."""
    bill = import_module("qrbill").QRBill(
        account=request["iban"],
        creditor=_name_party(request["creditor"]),
        debtor=_name_party(request["debtor"]) if request["debtor"] else None,
        amount=request["amount"] or None,
        currency=request["currency"],
        reference_number=request["reference"] or None,
        additional_information=request["text"],
        billing_information=request["information"],
        alt_procs=request["schemes"],
    )
    return str(bill.qr_data())


def _name_party(party: dict[str, str]) -> dict[str, str]:
    if party["type"] == "K":
        lines = {"line1": party["street_or_line1"], "line2": party["building_or_line2"]}
        return {"name": party["name"], "country": party["country"], **lines}
    return {
        "name": party["name"],
        "street": party["street_or_line1"],
        "house_num": party["building_or_line2"],
        "pcode": party["postal_code"],
        "city": party["town"],
        "country": party["country"],
    }


def write_promptpay(request: dict[str, Any]) -> str:
    """Write a PromptPay code."""
    write = import_module("promptpay.qrcode").generate_payload
    return str(write(id=request["account"], amount=float(request["amount"] or 0)))


READERS: dict[str, Callable[[str], bool]] = {
    "cemacqr": read_cemacqr,
    "cemacqr, CEMAC": read_cemac,
    "qriskit": read_qriskit,
    "pysip-qr": read_pysip,
    "uemoa-qrcode-sdk": read_uemoa,
    "pixcanvas": read_pixcanvas,
    "vietnam-qr-pay": read_vietnam,
    "napas-qr-python": read_napas,
    "vietqr-emvco": read_vietqr,
    "konthaina-khqr": read_konthaina,
    "bceao-pispi-qrcode": read_bceao,
}
WRITERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "segno": write_segno,
    "qrbill": write_qrbill,
    "promptpay": write_promptpay,
}


def ask(name: str, given: object) -> dict[str, str]:
    """Return the library's answer to a text, or the text it writes for a request."""
    try:
        if isinstance(given, dict):
            return {"answer": "accepted", "text": WRITERS[name](given)}
        return {"answer": "accepted" if READERS[name](str(given)) else "refused"}
    except BREAKS as broken:
        return {"answer": "failed", "text": f"{type(broken).__name__}: {broken}"}
    except Exception as refusal:  # noqa: BLE001  each library has errors of its own
        return {"answer": "refused", "text": str(refusal)}


if __name__ == "__main__":
    answers = [ask(sys.argv[1], given) for given in json.load(sys.stdin)]
    # What a library prints by itself stays before this line.
    print("\n" + json.dumps(answers))
