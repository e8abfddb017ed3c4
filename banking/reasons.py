"""The bank's reason codes (ISO 20022 external code set) in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise] = {
    "AC01": _("The account number is wrong."),
    "AC03": _("The payee's account number is invalid."),
    "AC04": _("The account is closed."),
    "AC05": _("The account is closed."),
    "AC06": _("The account is blocked."),
    "AC07": _("The payee's account is closed."),
    "AC13": _("The account is of a kind that takes no such payment."),
    "AG01": _("The account takes no such payment."),
    "AG02": _("The bank does not know this kind of payment."),
    "AG03": _("The bank does not offer this kind of payment."),
    "AM02": _("The amount is more than the bank allows."),
    "AM03": _("The bank does not pay in this currency."),
    "AM04": _("There is too little money on our account."),
    "AM05": _("The bank has it already: it came twice."),
    "AM09": _("The amount is not the one that was agreed on."),
    "AM10": _("The sum of the file is wrong."),
    "AM14": _("The amount is more than agreed with the bank."),
    "AM18": _("The number of payments in the file is wrong."),
    "BE01": _("The payee's name does not belong to the account."),
    "BE04": _("The payee's address is missing or wrong."),
    "BE05": _("The bank does not know who sends the file."),
    "BE06": _("The bank does not know the payee."),
    "BE07": _("Our own address is missing or wrong."),
    "BE16": _("The payer is named wrongly."),
    "BE22": _("The payee's name is missing."),
    "CURR": _("The currency is wrong."),
    "CUST": _("The payee's bank gives it back at the customer's wish."),
    "CNOR": _("The payee's bank is not reachable."),
    "DNOR": _("Our bank is not reachable."),
    "DS02": _("The order was canceled at the bank."),
    "DS0H": _("The signer may not sign for this account."),
    "DT01": _("The day is wrong."),
    "DU01": _("The bank has a file of this id already."),
    "DU02": _("The bank has a payment block of this id already."),
    "DU03": _("The bank has a payment of this id already."),
    "DU04": _("The bank has an end-to-end id of this kind already."),
    "DU05": _("The bank has an instruction of this id already."),
    "DUPL": _("The bank has it already: it came twice."),
    "ED05": _("The payment could not be settled."),
    "ERIN": _("The bank does not know this way of payment."),
    "FF01": _("The file's form is wrong."),
    "FOCR": _("It was given back after it had been called back."),
    "FR01": _("Fraud is suspected."),
    "LEGL": _("The law forbids it, says the bank."),
    "MD07": _("The payee has died."),
    "MS02": _("The payee refused it."),
    "MS03": _("The bank says no reason."),
    "NARR": _("The reason is in the bank's own words."),
    "NOAS": _("The payee gave no answer."),
    "RC01": _("The bank code is wrong."),
    "RC07": _("The payee's bank code is wrong."),
    "RF01": _("The reference was used before."),
    "RR01": _("The payer's account is not named enough for the law."),
    "RR02": _("The payer's name or address is not enough for the law."),
    "RR03": _("The payee's name or address is not enough for the law."),
    "RR04": _("The law forbids it, says the bank."),
    "SL01": _("The payee's bank offers no such service."),
    "SL11": _("The payee is not on the list of the payer."),
    "TECH": _("The bank had a technical fault."),
    "TM01": _("It came after the bank's closing hour."),
    "UPAY": _("The payment was not owed."),
}
# The bank has seen it before: the first one may well have been paid.
SEEN_BEFORE = frozenset({"AM05", "DU01", "DU02", "DU03", "DU04", "DU05", "DUPL"})


def explain_reason(code: str) -> str:
    """Return what a code means, and the code; empty without one."""
    if not code:
        return ""
    words = WORDS.get(code)
    if words is None:
        return gettext("The bank's reason: %(code)s.") % {"code": code}
    return f"{words} ({code})"
