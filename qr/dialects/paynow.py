"""PayNow.

Source: SGQR 1.7 and the PayNow sub-objects in use.
"""

from qr.mpm_dialect import MpmDialect
from qr.mpm_rules import TEMPLATE_IDS
from qr.mpm_templates import Template

DIALECT = MpmDialect(
    name="paynow",
    title="PayNow",
    currencies=("SGD",),
    countries=("SG",),
    templates=(
        Template(
            ids=TEMPLATE_IDS,
            guid="SG.PAYNOW",
            accounts={"02": "proxy"},
        ),
    ),
)
