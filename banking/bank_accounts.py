"""The operator's accounts at banks, and how files name them."""

from django.utils.translation import gettext
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from banking.errors import AccountUnknown
from banking.models import BankAccount
from banking.reading.lines import Head, squeeze


def list_bank_accounts() -> list[BankAccount]:
    """List the accounts, those in use first."""
    return list(BankAccount.objects.order_by("-is_in_use", "currency", "id"))


def find_account_in_use(currency: str) -> BankAccount | None:
    """Return the account to which money in this currency is paid."""
    return BankAccount.objects.filter(currency=currency, is_in_use=True).first()


def find_account_of(head: Head) -> BankAccount:
    """Return the account that a statement is of.

    Raises:
        AccountUnknown: it is none of ours, or the statement is in another currency.
    """
    named = squeeze(head.account).upper()
    for account in BankAccount.objects.order_by("-is_in_use", "id"):
        if not _names(named, account.iban):
            continue
        if head.currency and head.currency != account.currency:
            words = gettext("it is in %(given)s, but the account in %(own)s.")
            facts = {"given": head.currency, "own": account.currency}
            raise AccountUnknown(words % facts, line=head.line, field=gettext("currency"))
        return account
    words = gettext("it is of the account %(account)s, which is none of ours.")
    raise AccountUnknown(
        words % {"account": named[:40]}, line=head.line, field=gettext("account")
    )


def _names(named: str, iban: str) -> bool:
    """Return whether a file's account is this one: its IBAN, or bank and account number.

    MT940 often puts the currency behind, or the bank before, with a stroke between.
    """
    if iban in named:
        return named.removeprefix(iban)[:3].isalpha() or named.endswith(iban)
    try:
        known = IBAN(iban)
    except SchwiftyException:
        return False
    bank, _, number = named.rpartition("/")
    number = number.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    own = known.account_code.lstrip("0")
    is_number = bool(number) and number.lstrip("0") == own
    return is_number and bank in {"", known.bank_code, str(known.bic or ""), known.bban}
