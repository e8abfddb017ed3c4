"""What field 86 of MT940 says: in sub-fields, in words between strokes, or freely."""

import re

from banking.reading.lines import Detail, drop_nothing, squeeze

# Behind the code of the kind of business, if there is one, stands the first mark: in Germany
# and Austria a question mark, in Poland one of the others.
_MARK = re.compile(r"\d{0,4}\s?([?~^<|])\d\d")
# EREF+ and its like stand within the lines of purpose (the German way).
_PLUS = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP)(?:\+|: ?)"
)
# An order's id as we write it, wherever a bank's own way of writing has put it.
_ORDER = re.compile(r"PO[0-9A-HJKMNP-TV-Z]{26}")
# The Dutch, Belgian and Swiss way.
_STROKES = re.compile(
    r"/(EREF|IREF|PREF|MREF|REMI|NAME|IBAN|BIC|ORDP|BENM|CNTP|RTRN|TRTP|ADDR|ISDT|CSID|MARF"
    r"|SVCL|ULTD|ULTB|PURP|ORDE|BENE|ULTC|KREF)/"
)
# Of ISO 20022's external reason codes, in a text that says that something came back.
_REASON = re.compile(
    r"\b((?:A[CGM]|B[EX]|DT|FF|M[DS]|R[CR]|SL|TM)\d\d|CNOR|CURR|CUST|DUPL|FOCR|LEGL|NARR|TECH|UPAY)\b"
)
_COMES_BACK = re.compile(
    r"retour|return|r(?:ü|ue)ck(?:buchung|gabe)|storno|reject", re.IGNORECASE
)


def read_details(texts: list[str], *, amount_minor: int, reference: str) -> Detail:
    """Return the payment that the lines of field 86 describe.

    `reference` is field 61's own, which stands in for an end-to-end id where 86 names none.
    """
    joined = "".join(texts)
    if mark := _MARK.match(joined):
        facts = _read_subfields(joined, mark=mark[1])
    elif _STROKES.search(joined):
        facts = _read_strokes(joined)
    else:
        facts = {"remittance": " ".join(text.strip() for text in texts)}
    remittance = facts.get("remittance", "").strip()
    reason = facts.get("reason", "")
    if not reason and _COMES_BACK.search(joined):
        found = _REASON.search(remittance)
        reason = found[1] if found else ""
    end_to_end = drop_nothing(squeeze(facts.get("end_to_end_id", ""))) or reference
    # Money from elsewhere may say what it likes.
    if amount_minor < 0 or reason:
        named = (_ORDER.search(squeeze(text).upper()) for text in (remittance, joined))
        end_to_end = next((order[0] for order in named if order), end_to_end)
    return Detail(
        amount_minor=amount_minor,
        end_to_end_id=end_to_end[:35],
        creditor_reference=facts.get("creditor_reference", "")[:35],
        remittance=remittance[:500],
        party_name=facts.get("party_name", "").strip()[:140],
        party_iban=squeeze(facts.get("party_iban", "")).upper()[:34],
        reason_code=reason[:4],
    )


def _read_subfields(text: str, *, mark: str) -> dict[str, str]:
    pieces = re.split(rf"{re.escape(mark)}(\d\d)", text)
    fields: dict[str, str] = {}
    for code, content in zip(pieces[1::2], pieces[2::2], strict=True):
        fields[code] = fields.get(code, "") + content
    # In Poland the name may stand behind the purpose, and nothing in its German place.
    names = ("27", "28") if mark == "<" and "32" not in fields else ("32", "33")
    purpose = "".join(
        content
        for code, content in sorted(fields.items())
        if ("20" <= code <= "29" or "60" <= code <= "63") and code not in names
    )
    facts = _read_plus(purpose)
    name = "".join(fields.get(code, "") for code in names)
    account = fields.get("38", "") or fields.get("31", "")
    # The bank's own sub-fields come before what is said in the purpose.
    return facts | {
        key: value for key, value in (("party_name", name), ("party_iban", account)) if value
    }


def _read_plus(purpose: str) -> dict[str, str]:
    pieces = _PLUS.split(purpose)
    words = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    return {
        "remittance": words.get("SVWZ", pieces[0]),
        # A run that was booked as one sum has the customer's reference alone.
        "end_to_end_id": drop_nothing(squeeze(words.get("EREF", ""))) or words.get("KREF", ""),
        "party_iban": words.get("IBAN", ""),
    }


def _read_strokes(text: str) -> dict[str, str]:
    pieces = _STROKES.split(text)
    words: dict[str, str] = {}
    for code, content in zip(pieces[1::2], pieces[2::2], strict=True):
        words[code] = words.get(code, "") or content
    facts = {
        "end_to_end_id": words.get("EREF", "").strip("/"),
        "party_name": words.get("NAME", "").strip("/"),
        "party_iban": words.get("IBAN", "").strip("/"),
        "reason": words.get("RTRN", "").strip("/")[:4],
    }
    if other := words.get("CNTP"):
        # Account, bank, name and town, between strokes.
        account, _, rest = other.partition("/")
        name = rest.partition("/")[2].partition("/")[0]
        facts |= {"party_iban": account, "party_name": name}
    return facts | _read_remittance(words.get("REMI", ""))


def _read_remittance(text: str) -> dict[str, str]:
    kind, _, rest = text.partition("/")
    if kind == "STRD":
        # As in STRD/CUR/RF18... or STRD//RF18...
        reference = rest.strip("/").rpartition("/")[2]
        return {"creditor_reference": squeeze(reference), "remittance": reference}
    if kind == "USTD":
        return {"remittance": rest.strip("/")}
    return {"remittance": text.strip("/")}
