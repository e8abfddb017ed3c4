"""UEMOA PI-SPI.

Source: BCEAO, PI-SPI QR code, as implementers read it.
"""

from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template

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
        ),
    ),
)
