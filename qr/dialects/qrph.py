"""QR Ph.

Source: Bangko Sentral ng Pilipinas, QR Ph, as implementers read it.
"""

from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template

DIALECT = MpmDialect(
    name="qrph",
    title="QR Ph",
    currencies=("PHP",),
    countries=("PH",),
    templates=(
        Template(
            ids=("27",),
            guid="com.p2pqrpay",
            accounts={"04": "account"},
        ),
        Template(
            ids=("28",),
            guid="ph.ppmi.p2m",
            accounts={"03": "merchant"},
        ),
    ),
)
