"""Bharat QR.

Source: NPCI, Bharat QR, as implementers read it.
"""

from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template

DIALECT = MpmDialect(
    name="bharatqr",
    title="Bharat QR",
    currencies=("INR",),
    countries=("IN",),
    templates=(
        Template(
            ids=("26",),
            guid="A000000524",
            accounts={"01": "vpa"},
        ),
    ),
)
