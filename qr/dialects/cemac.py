"""CEMAC, the common norm of six Central African states.

Source: CORENOFI norm 2.1 (BEAC), as implementers read it.
"""

import re

from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template
from qr.rules import Presence, may, must

_APPLICATION = re.compile("A[0-9A-F]{9,31}")


def _is_application(guid: str) -> bool:
    return _APPLICATION.fullmatch(guid) is not None


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
            rules=(must("01", "[0-9]{8,19}", "a merchant's number of 8 to 19 digits"),),
        ),
        Template(
            ids=("62-50",),
            is_guid=_is_application,
            presence=Presence.MANDATORY,
            rules=(
                may("01", "[0-9A-Za-z]+", "a member's code is letters and digits"),
                may("02", "[!-~]+", "an alias has no blanks"),
                may("03", "https?://[!-~]+", "an address to notify is a web address"),
            ),
        ),
    ),
)
