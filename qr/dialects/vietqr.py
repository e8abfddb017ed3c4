"""VietQR.

Source: NAPAS, VietQR format specification 1.0 (09/2021).
"""

from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template
from qr.rules import without

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
        ),
    ),
    waivers=without("52", "59", "60"),
)
