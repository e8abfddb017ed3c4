"""CEMAC.

Source: CORENOFI norm 2.1 (BEAC), as implementers read it.
"""

from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template


def _is_application(guid: str) -> bool:
    return guid.startswith("A")


DIALECT = MpmDialect(
    name="cemac",
    title="CEMAC",
    currencies=("XAF",),
    countries=("CM", "CF", "CG", "GA", "GQ", "TD"),
    templates=(
        Template(
            ids=("02", "26"),
            is_guid=_is_application,
            accounts={"01": "merchant"},
        ),
    ),
    recognized_when=lambda values: values.get("58") in {"CM", "CF", "CG", "GA", "GQ", "TD"},
)
