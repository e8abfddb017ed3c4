"""QRIS.

Source: Bank Indonesia, QRIS, as implementers read it.
"""

from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template

DIALECT = MpmDialect(
    name="qris",
    title="QRIS",
    currencies=("IDR",),
    countries=("ID",),
    templates=(
        Template(
            ids=("51",),
            guid="ID.CO.QRIS.WWW",
        ),
    ),
    recognized_when=lambda values: values.get("51-00") in {"ID.CO.QRIS.WWW", "ID.OR.GPNQR.WWW"},
)
