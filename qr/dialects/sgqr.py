"""SGQR.

Source: Monetary Authority of Singapore, SGQR Specification 1.7.
"""

from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template

DIALECT = MpmDialect(
    name="sgqr",
    title="SGQR",
    currencies=("SGD",),
    countries=("SG",),
    templates=(
        Template(
            ids=("51",),
            guid="SG.SGQR",
        ),
    ),
)
