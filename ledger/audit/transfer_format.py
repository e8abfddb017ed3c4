"""The form that each transfer must have by itself; standard library only."""

import re

_BIGINT_MAX = 2**63 - 1
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_INSTANT = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z"
_TEXT = r'(?:[^"\\]|\\.)'
# In the order of the canonical text, which has its keys sorted.
_SHAPE = re.compile(
    r'\{"amount_minor":"(?P<amount>[1-9][0-9]{0,18})"'
    f',"credit_account_id":"(?P<credit>{_UUID})"'
    ',"currency":"[A-Z]{3}"'
    f',"debit_account_id":"(?P<debit>{_UUID})"'
    f',"expires_at":(?P<expires>null|"{_INSTANT}")'
    f',"id":"{_UUID}"'
    f',"kind":"{_TEXT}{{1,16}}"'
    f',"pending_id":(?P<pending>null|"{_UUID}")'
    ',"phase":"(?P<phase>single|pending|post|void|expire)"'
    f',"posted_at":(?P<posted>"{_INSTANT}")'
    f',"reference":"{_TEXT}{{0,64}}"'
    r"\}",
    re.DOTALL,
)
_ENDS = {"post", "void", "expire"}


def find_misshape(text: str) -> str:
    """Return what is wrong with a transfer's canonical text; empty if nothing is."""
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return "it is not one that can be posted"
    is_end = shape["phase"] in _ENDS
    faults = {
        "its amount is more than a balance can hold": int(shape["amount"]) > _BIGINT_MAX,
        "it debits and credits the same account": shape["debit"] == shape["credit"],
        "its phase and its pending transfer do not go together": is_end
        == (shape["pending"] == "null"),
        "only a pending transfer expires": shape["expires"] != "null"
        and shape["phase"] != "pending",
        # A null comes after every instant.
        "it is over when it begins": shape["expires"] <= shape["posted"],
    }
    return next((fault for fault, is_so in faults.items() if is_so), "")
