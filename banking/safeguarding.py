"""Safeguarding: what the bank has must be what customers and merchants are owed, and no less.

The bank's closing balance is compared with the ledger's accounts, less what was booked after
that balance's day. What differs is named.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from smtplib import SMTPException

from django.core.mail import mail_admins
from django.db import connection
from django.utils.translation import gettext

from banking.models import BankAccount, Entry, SafeguardCheck, Statement
from ledger.money import format_money

logger = logging.getLogger(__name__)

_NAMED_MAX = 20
# One statement, so that all of it is of one moment.
_FIGURES = """
    WITH latest AS (
        SELECT DISTINCT ON (s.account_id) s.account_id, s.id, s.closing_minor, s.closed_on
          FROM banking_statement s JOIN banking_bankaccount a ON a.id = s.account_id
         WHERE a.currency = %(currency)s AND s.closing_minor IS NOT NULL
         ORDER BY s.account_id, s.closed_on DESC, s.id DESC
    ), kinds AS (
        SELECT kind, sum(CASE WHEN may_go_negative THEN ledger_sum_balance(id)
                              ELSE balance_minor END) AS minor
          FROM ledger_account WHERE currency = %(currency)s GROUP BY kind
    )
    SELECT (SELECT l.id FROM latest l ORDER BY l.closed_on DESC, l.id DESC LIMIT 1),
           (SELECT sum(closing_minor) FROM latest)::bigint,
           coalesce((SELECT json_object_agg(kind, minor::bigint) FROM kinds), '{}'::json),
           coalesce((SELECT sum(e.amount_minor) FROM banking_entry e
                      JOIN banking_bankaccount a ON a.id = e.account_id
                      LEFT JOIN latest l ON l.account_id = e.account_id
                     WHERE a.currency = %(currency)s AND e.posted_at IS NOT NULL
                       AND (l.id IS NULL OR e.booked_on > l.closed_on)), 0)::bigint
"""
# Statements whose opening no earlier one closed with; what repeats an earlier one, or goes on
# from where that began, is none of them.
_GAPS = """
    SELECT s.id, s.opening_minor - s.before_minor, s.closed_on FROM (
        SELECT s.id, s.account_id, s.opening_minor, s.closed_on,
               lag(s.closing_minor) OVER (
                   PARTITION BY s.account_id ORDER BY s.closed_on, s.id) AS before_minor
          FROM banking_statement s JOIN banking_bankaccount a ON a.id = s.account_id
         WHERE a.currency = %s AND s.closing_minor IS NOT NULL
           AND s.opening_minor IS NOT NULL) s
     WHERE s.opening_minor <> s.before_minor
       AND NOT EXISTS (
           SELECT FROM banking_statement e
            WHERE e.account_id = s.account_id AND e.id <> s.id AND e.closed_on <= s.closed_on
              AND s.opening_minor IN (e.opening_minor, e.closing_minor))
     ORDER BY s.closed_on DESC LIMIT %s
"""
# What stood on the accounts before their first statement.
_BEGINNING = """
    SELECT coalesce(sum(opening_minor), 0)::bigint FROM (
        SELECT DISTINCT ON (s.account_id) s.opening_minor
          FROM banking_statement s JOIN banking_bankaccount a ON a.id = s.account_id
         WHERE a.currency = %s AND s.opening_minor IS NOT NULL
         ORDER BY s.account_id, s.closed_on, s.id) firsts
"""
_BY_HAND = """
    SELECT coalesce(sum(t.amount_minor), 0)::bigint FROM ledger_transfer t
     WHERE t.kind = 'top_up' AND t.currency = %s
       AND NOT EXISTS (SELECT FROM banking_entry e WHERE e.id = t.id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that the bank and the ledger do not both have."""

    words: str
    amount_minor: int
    day: date | None = None


def list_currencies() -> list[str]:
    """List the currencies in which there is a bank account."""
    accounts = BankAccount.objects.order_by("currency").values_list("currency", flat=True)
    return list(accounts.distinct())


def check_safeguarding(currency: str) -> SafeguardCheck:
    """Compare the bank with the ledger now, keep the result, and return it."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"currency": currency})
        statement_id, bank_minor, kinds, later_minor = cursor.fetchone()
    owed = {name: kinds.get(name, 0) for name in _KINDS}
    expected_minor = owed["safeguard"] - later_minor
    return SafeguardCheck.objects.create(
        currency=currency,
        statement_id=statement_id,
        bank_minor=bank_minor,
        wallets_minor=owed["wallet"],
        merchants_minor=owed["takings"] + owed["payable"] - owed["receivable"],
        transit_minor=owed["transit"],
        suspense_minor=owed["suspense"],
        fees_minor=owed["fee_income"],
        later_minor=later_minor,
        difference_minor=None if bank_minor is None else bank_minor - expected_minor,
    )


_KINDS = (
    *("safeguard", "wallet", "takings", "payable", "receivable"),
    *("fee_income", "transit", "suspense"),
)


def check_every_currency() -> None:
    """Compare each currency, and raise the alarm about every difference.

    A difference is logged as an error, and the administrators get a mail. Safe to run twice.
    """
    for currency in list_currencies():
        check = check_safeguarding(currency)
        if check.difference_minor:
            _raise_alarm(check)


def list_checks(currency: str, *, count_max: int) -> list[SafeguardCheck]:
    """List a currency's checks, the newest first."""
    checks = SafeguardCheck.objects.filter(currency=currency).select_related("statement")
    return list(checks.order_by("-id")[:count_max])


def find_causes(currency: str) -> list[Finding]:
    """Return what may explain a difference, as far as the files tell."""
    return [*_find_beginning(currency), *_find_gaps(currency), *_find_advised(currency)]


def _find_beginning(currency: str) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNING, [currency])
        (beginning_minor,) = cursor.fetchone()
        cursor.execute(_BY_HAND, [currency])
        (by_hand_minor,) = cursor.fetchone()
    if beginning_minor != by_hand_minor:
        words = gettext(
            "Before the first statement the bank had %(bank)s, and the ledger %(ledger)s by"
            " top-ups that no file tells of."
        )
        facts = {
            "bank": format_money(beginning_minor, currency),
            "ledger": format_money(by_hand_minor, currency),
        }
        yield Finding(words=words % facts, amount_minor=beginning_minor - by_hand_minor)


def _find_gaps(currency: str) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, [currency, _NAMED_MAX])
        for _, gap_minor, closed_on in cursor.fetchall():
            words = gettext(
                "A statement is missing: the one of this day does not open with what the one"
                " before it closed with."
            )
            yield Finding(words=words, amount_minor=gap_minor, day=closed_on)


def _find_advised(currency: str) -> Iterator[Finding]:
    last = Statement.objects.filter(account__currency=currency, closing_minor__isnull=False)
    latest = last.order_by("-closed_on", "-id").first()
    if latest is None:
        return
    advised = Entry.objects.filter(
        currency=currency, is_stated=False, booked_on__lte=latest.closed_on
    )
    for entry in advised.order_by("-booked_on", "-id")[:_NAMED_MAX]:
        words = gettext("An advice told of this entry of %(name)s, and no statement has it.")
        yield Finding(
            words=words % {"name": entry.party_name or entry.bank_reference or "?"},
            amount_minor=-entry.amount_minor,
            day=entry.booked_on,
        )


def _raise_alarm(check: SafeguardCheck) -> None:
    assert check.difference_minor is not None, "there is nothing to compare otherwise"
    words = gettext("The bank has %(difference)s more than the ledger says.")
    line = words % {"difference": format_money(check.difference_minor, check.currency)}
    causes = [
        f"{each.day or ''} {format_money(each.amount_minor, check.currency)} {each.words}"
        for each in find_causes(check.currency)
    ]
    for each in [line, *causes]:
        logger.error("Safeguarding does not hold: %s", each)
    try:
        mail_admins(gettext("Safeguarding does not hold"), "\n".join([line, *causes]))
    except (OSError, SMTPException):
        logger.exception("The administrators could not be told of the difference.")
