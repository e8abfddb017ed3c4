"""KHQR.

Source: National Bank of Cambodia, KHQR, as implementers read it.
"""

from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template


def _is_bakong(guid: str) -> bool:
    return "@" in guid


DIALECT = MpmDialect(
    name="khqr",
    title="KHQR",
    currencies=("KHR", "USD"),
    countries=("KH",),
    templates=(
        Template(
            ids=("29", "30"),
            is_guid=_is_bakong,
            accounts={"00": "bakong"},
        ),
    ),
)
