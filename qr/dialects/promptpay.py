"""PromptPay.

Source: Bank of Thailand, Thai QR payment standard, as implementers read it.
"""

from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template
from qr.rules import without

DIALECT = MpmDialect(
    name="promptpay",
    title="PromptPay",
    currencies=("THB",),
    countries=("TH",),
    templates=(
        Template(
            ids=("29",),
            guid="A000000677010111",
            accounts={
                "01": "mobile",
                "02": "national_id",
                "03": "ewallet",
                "04": "bank_account",
            },
        ),
        Template(
            ids=("30",),
            guid="A000000677010112",
            accounts={"01": "biller"},
        ),
    ),
    waivers=without("52", "59", "60"),
)
