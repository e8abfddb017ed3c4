"""UEMOA PI-SPI, the interoperable payments of eight West African states.

Source: BCEAO, PI-SPI QR code, as implementers read it. An alias is a UUID there, and the
channel (62-11) mandatory; codes in use have shorter aliases and no channel. A code that
carries an address says nothing of the payee: the address answers that.
"""

from qr.errors import Kind, Weight
from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template
from qr.rules import Values, Waiver, may, must

_URL = r"(?:https://)?[A-Za-z0-9.-]+\.[A-Za-z]{2,}(?:[:/][!-~]*)?"


def _has_url(values: Values) -> bool:
    return bool(values.get("@-02"))


def _has_no_url(values: Values) -> bool:
    return not _has_url(values)


def _is_one_transaction(values: Values) -> bool:
    return values.get("62-11") == "400"


DIALECT = MpmDialect(
    name="uemoa",
    title="UEMOA PI-SPI",
    currencies=("XOF",),
    countries=("BJ", "BF", "CI", "GW", "ML", "NE", "SN", "TG"),
    templates=(
        Template(
            ids=("36",),
            guid="int.bceao.pi",
            accounts={"01": "alias", "02": "url"},
            rules=(
                must("01", None, "an alias, or an address in 02, is mandatory",
                     when=_has_no_url),
                may("01", "[!-~]{1,77}", "an alias has no blanks"),
                may("01", "[0-9A-Fa-f-]{36}", "an alias has 36 characters",
                    weight=Weight.NOTE),
                may("02", _URL, "an address has a host and may start with https://"),
            ),
        ),
    ),
    rules=(
        must("62-11", None, "a channel is mandatory", weight=Weight.NOTE),
        must("62-05", None, "a transaction's id goes with channel 400",
             when=_is_one_transaction, weight=Weight.NOTE),
    ),
    waivers=tuple(Waiver(name, Kind.MISSING, _has_url) for name in ("58", "59", "60")),
    defaults={"52": "0000"},
)  # fmt: skip
