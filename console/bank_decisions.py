"""What operators decide about bank accounts, files and breaks, each logged."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from banking import breaks
from banking.errors import DecisionUnfit
from banking.inbox import keep_upload
from banking.models import BankAccount, BankFile, Break, CsvMapping
from banking.payees import Payee
from console.audit import record_deed
from console.errors import AccountNeedsAnother, OwnWallet
from console.models import AuditEntry, Operator
from identity.persons import are_one_person
from ledger.money import format_number
from wallet.models import Wallet

_ADDED = "bank_account.added"
ADDRESS = ("bic", "holder", "street", "building_number", "postcode", "town", "country")


@transaction.atomic
def add_account(account: BankAccount, *, by: Operator, device: str) -> BankAccount:
    """Add an account; the first one in its currency is in use at once.

    Raises:
        IntegrityError: there is an account with this IBAN.
    """
    others = BankAccount.objects.filter(currency=account.currency, is_in_use=True)
    account.is_in_use = not others.exists()
    account.save(force_insert=True)
    _log_account(_ADDED, account, by=by, device=device)
    return account


@transaction.atomic
def change_account(
    account: BankAccount, facts: dict[str, str], *, by: Operator, device: str
) -> None:
    """Change an account's holder and address; its number and currency stay."""
    before = {name: getattr(account, name) for name in ADDRESS}
    for name in ADDRESS:
        setattr(account, name, facts[name])
    account.save(update_fields=list(ADDRESS))
    _log_account("bank_account.changed", account, by=by, device=device, before=before)


def needs_another(account: BankAccount, *, operator: Operator) -> bool:
    """Return whether somebody else than this operator has to put an account into use."""
    added = AuditEntry.objects.filter(subject=account.pk, deed=_ADDED).order_by("id").first()
    actor = None if added is None else added.actor
    return actor is not None and are_one_person(actor, operator.user)


@transaction.atomic
def use_account(account: BankAccount, *, by: Operator, device: str) -> None:
    """Put an account into use: customers pay to it from now on, instead of the one before.

    Raises:
        AccountNeedsAnother: by whoever added it: it takes a second person.
    """
    if needs_another(account, operator=by):
        raise AccountNeedsAnother
    same = BankAccount.objects.select_for_update(no_key=True).filter(currency=account.currency)
    before = [other.iban for other in same if other.is_in_use]
    same.exclude(pk=account.pk).update(is_in_use=False)
    BankAccount.objects.filter(pk=account.pk).update(is_in_use=True)
    _log_account("bank_account.used", account, by=by, device=device, before={"in_use": before})


@transaction.atomic
def save_mapping(mapping: CsvMapping, *, by: Operator, device: str) -> None:
    """Keep how an account's CSV files are read.

    Raises:
        IntegrityError: the account has a mapping of this name.
    """
    mapping.save(force_insert=True)
    record_deed(
        "csv_mapping.added", mapping.pk, by=by, device=device, after={"what": mapping.name}
    )


@transaction.atomic
def upload_statement(
    content: bytes, *, name: str, mapping: CsvMapping | None, by: Operator, device: str
) -> BankFile:
    """Keep a file of the bank for the banker.

    Raises:
        FileTooLarge: as `banking.inbox`.
    """
    file = keep_upload(content, name=name, by=by.user, mapping=mapping)
    after = {"what": file.name, "sha256": file.sha256}
    record_deed("bank_file.uploaded", file.pk, by=by, device=device, after=after)
    return file


@transaction.atomic
def credit_break(row: Break, wallet: Wallet, *, note: str, by: Operator, device: str) -> None:
    """Credit money of nobody to a wallet.

    Raises:
        OwnWallet: the operator's own.
        BreakDecided, DecisionUnfit: as `banking.breaks`.
    """
    if are_one_person(wallet.user, by.user):
        raise OwnWallet
    if wallet.currency != row.currency:
        words = gettext("This wallet holds %(currency)s.")
        raise DecisionUnfit(words % {"currency": wallet.currency})
    breaks.credit(row, account_id=wallet.account_id, by=by.user, note=note)
    _log_break(row, by=by, device=device, to=wallet.user.name)


@transaction.atomic
def send_break_back(row: Break, payee: Payee, *, note: str, by: Operator, device: str) -> None:
    """Send money of nobody back.

    Raises:
        BreakDecided, DecisionUnfit, AddressIncomplete, NameUnwritable: as `banking.breaks`.
    """
    breaks.send_back(row, payee=payee, by=by.user, note=note)
    _log_break(row, by=by, device=device, to=f"{payee.name}, {payee.iban}")


@transaction.atomic
def keep_break(row: Break, *, note: str, by: Operator, device: str) -> None:
    """Leave money of nobody where it is, for now.

    Raises:
        BreakDecided: as `banking.breaks`.
    """
    breaks.keep(row, by=by.user, note=note)
    _log_break(row, by=by, device=device)


@transaction.atomic
def split_break(
    row: Break, amounts_minor: Sequence[int], *, by: Operator, device: str
) -> list[Break]:
    """Make several breaks of one.

    Raises:
        BreakDecided, DecisionUnfit: as `banking.breaks`.
    """
    parts = breaks.split(row, amounts_minor, by=by.user)
    told = ", ".join(format_number(minor, row.currency) for minor in amounts_minor)
    _log_break(row, by=by, device=device, to=told)
    return parts


@transaction.atomic
def bear_break(row: Break, *, note: str, by: Operator, device: str) -> None:
    """Bear money that went out.

    Raises:
        BreakDecided, DecisionUnfit: as `banking.breaks`.
    """
    breaks.bear(row, by=by.user, note=note)
    _log_break(row, by=by, device=device)


def _log_break(row: Break, *, by: Operator, device: str, to: str = "") -> None:
    record_deed(
        f"break.{row.decision}",
        row.pk,
        by=by,
        device=device,
        before={"decision": ""},
        after={
            "what": row.public_id,
            "total": f"{format_number(row.amount_minor, row.currency)} {row.currency}",
            "to": to,
            "reason": row.note,
        },
    )


def _log_account(
    deed: str,
    account: BankAccount,
    *,
    by: Operator,
    device: str,
    before: dict[str, Any] | None = None,
) -> None:
    after = {name: getattr(account, name) for name in ADDRESS}
    record_deed(
        deed,
        account.pk,
        by=by,
        device=device,
        before=before,
        after=after | {"what": account.iban, "currency": account.currency},
    )
