"""QR Ph, between persons (27) and to merchants (28).

Source: Philippine Payments Management, QR Ph, as implementers read it and as the codes of
its participants show.
"""

from qr.errors import Kind, Weight
from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template
from qr.rules import Values, Waiver, may, must

_MERCHANTS = frozenset({"ph.ppmi.p2m", "ph.ppmi.p2micro"})
_BIC = "[A-Z0-9]{8}(?:[A-Z0-9]{3})?"
_BIC_RULE = "a participant's BIC of 8 or 11 characters is mandatory"


def _is_merchant(guid: str) -> bool:
    return guid.lower() in _MERCHANTS


def _has_no_mobile(values: Values) -> bool:
    return "27-05" not in values


DIALECT = MpmDialect(
    name="qrph",
    title="QR Ph",
    currencies=("PHP",),
    countries=("PH",),
    templates=(
        Template(
            ids=("27",),
            guid="com.p2pqrpay",
            accounts={"04": "account", "05": "mobile"},
            rules=(
                must("01", _BIC, _BIC_RULE),
                must("02", "[0-9]{8}", "the payment type is 99964403"),
                may("02", "99964403", "the payment type is 99964403", weight=Weight.TOLERABLE),
                must("04", None, "an account or a mobile number is mandatory",
                     when=_has_no_mobile),
                may("04", "[!-~]{1,34}", "an account has up to 34 characters"),
                may("05", r"\+?[0-9-]{7,20}", "a mobile number is digits and hyphens"),
            ),
        ),
        Template(
            ids=("28",),
            guid="ph.ppmi.p2m",
            is_guid=_is_merchant,
            accounts={"03": "merchant"},
            rules=(
                must("01", _BIC, _BIC_RULE),
                must("03", "[!-~]{1,30}", "a merchant's id is mandatory"),
                may("05", "[0-9]{3}", "a payment type has three digits"),
            ),
        ),
    ),
    rules=(
        may("62-00", "(?i:ph.ppmi.qrph)", "the additional data are those of ph.ppmi.qrph",
            weight=Weight.NOTE),
    ),
    waivers=(Waiver("62-00", Kind.RESERVED),),
)  # fmt: skip
