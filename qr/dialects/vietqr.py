"""VietQR (NAPAS 247), and VNPAY's merchants.

Source: NAPAS, VietQR format specification 1.0 (09/2021); VNPAY as implementers read it.
"""

from dataclasses import replace

from qr.errors import Kind, Weight
from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template
from qr.payment import PaymentRequest
from qr.rules import Values, Waiver, may, must, never, without

_SERVICES = {"account": "QRIBFTTA", "card": "QRIBFTTC"}
_SERVICE = "a service is QRIBFTTA (account), QRIBFTTC (card), QRPUSH or QRCASH"


def _pays_card(values: Values) -> bool:
    return values.get("38-02") == _SERVICES["card"]


def _refine(request: PaymentRequest, values: Values) -> PaymentRequest:
    service = values.get("38-02", "")
    if service not in _SERVICES.values():
        return request
    kind = "card" if _pays_card(values) else "account"
    accounts = tuple(
        replace(each, kind=kind) if each.object_id == "38-01-01" else each
        for each in request.accounts
    )
    extra = {path: text for path, text in request.extra.items() if path != "38-02"}
    return replace(request, accounts=accounts, extra=extra)


def _finish(request: PaymentRequest, values: dict[str, str]) -> None:
    if "38-01-01" in values:
        card = any(
            each.kind == "card" and each.object_id == "38-01-01" for each in request.accounts
        )
        values.setdefault("38-02", _SERVICES["card" if card else "account"])
    values.setdefault("01", "11" if request.amount_minor is None else "12")


DIALECT = MpmDialect(
    name="vietqr",
    title="VietQR",
    currencies=("VND",),
    countries=("VN",),
    templates=(
        Template(
            ids=("38",),
            guid="A000000727",
            accounts={"01-00": "bank", "01-01": "account"},
            nested=("01",),
            rules=(
                must("01", None, "a beneficiary is mandatory"),
                must("01-00", "[0-9]{6}", "a bank is a BIN of six digits"),
                must("01-01", "[0-9A-Za-z]{1,19}", "an account has up to 19 letters or digits"),
                may("01-01", "[0-9]{16,19}", "a card has 16 to 19 digits", when=_pays_card),
                never("01-02", "the service stands beside the beneficiary, not in it"),
                may("02", "QRIBFTTA|QRIBFTTC|QRPUSH|QRCASH", _SERVICE),
            ),
        ),
        Template(
            ids=("26",),
            guid="A000000775",
            accounts={"01": "vnpay"},
            rules=(must("01", "[ -~]{1,30}", "a merchant of VNPAY is mandatory"),),
        ),
    ),
    rules=(must("01", "11|12", "the point of initiation is mandatory, 11 or 12",
                weight=Weight.TOLERABLE),),
    # MoMo adds three bare digits at 80.
    waivers=(*without("52", "59", "60"), Waiver("80", Kind.STRUCTURE)),
    refine=_refine,
    finish=_finish,
)  # fmt: skip
