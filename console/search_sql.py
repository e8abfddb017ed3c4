"""The statements of the console's search: each is by an index, or over the newest rows."""

import re
import unicodedata
from typing import Any
from uuid import UUID

from django.db import connection

# What has no index for what is looked for is looked through this far back.
NEWEST = 20_000
_WORDS = """
    SELECT id FROM identity_user
     WHERE to_tsvector('simple', name) @@ to_tsquery('simple', %(words)s) LIMIT %(most)s
"""
_SHOP_WORDS = """
    (SELECT id FROM merchants_merchant
      WHERE to_tsvector('simple', name) @@ to_tsquery('simple', %(words)s) LIMIT %(most)s)
     UNION
    (SELECT merchant_id FROM merchants_application
      WHERE to_tsvector('simple', legal_name) @@ to_tsquery('simple', %(words)s)
        AND merchant_id IS NOT NULL LIMIT %(most)s)
     LIMIT %(most)s
"""
_VAT = """
    SELECT merchant_id FROM merchants_application
     WHERE vat_number = %(number)s AND vat_number <> '' AND merchant_id IS NOT NULL
     LIMIT %(most)s
"""
_CHARGES = """
    SELECT id FROM (SELECT id, currency, amount_minor FROM pos_charge
                     ORDER BY id DESC LIMIT %(newest)s) newest
     WHERE (currency, amount_minor) IN (
           SELECT * FROM unnest(%(currencies)s::text[], %(amounts)s::bigint[]))
     LIMIT %(most)s
"""
_ORDERS = _CHARGES.replace("pos_charge", "banking_order")
_ENTRIES = """
    SELECT id FROM (SELECT id, currency, amount_minor FROM banking_entry
                     ORDER BY id DESC LIMIT %(newest)s) newest
     WHERE (currency, abs(amount_minor)) IN (
           SELECT * FROM unnest(%(currencies)s::text[], %(amounts)s::bigint[]))
     LIMIT %(most)s
"""
_NAMED = """
    SELECT id FROM (SELECT id, bank_reference, end_to_end_id, creditor_reference
                      FROM banking_entry ORDER BY id DESC LIMIT %(newest)s) newest
     WHERE %(text)s IN (bank_reference, end_to_end_id, creditor_reference)
     LIMIT %(most)s
"""


def find_people_by_words(text: str, *, most: int) -> list[UUID]:
    """Return the people whose names have words that begin with all of these."""
    words = _write_words(text)
    return _fetch(_WORDS, {"words": words, "most": most}) if words else []


def find_shops_by_words(text: str, *, most: int) -> list[UUID]:
    """Return the shops whose own or legal names have words that begin with all of these."""
    words = _write_words(text)
    return _fetch(_SHOP_WORDS, {"words": words, "most": most}) if words else []


def find_shops_by_vat_number(number: str, *, most: int) -> list[UUID]:
    """Return the shops with this VAT number, as it is kept."""
    return _fetch(_VAT, {"number": number, "most": most})


def find_by_amount(kind: str, amounts: dict[str, int], *, most: int) -> list[UUID]:
    """Return the newest charges, orders or entries of these amounts, by their currency."""
    sql = {"charges": _CHARGES, "orders": _ORDERS, "entries": _ENTRIES}[kind]
    facts = {
        "newest": NEWEST,
        "currencies": list(amounts),
        "amounts": list(amounts.values()),
        "most": most,
    }
    return _fetch(sql, facts)


def find_entries_by_name(text: str, *, most: int) -> list[UUID]:
    """Return the newest entries that the bank or the payer calls so."""
    return _fetch(_NAMED, {"newest": NEWEST, "text": text, "most": most})


def _write_words(text: str) -> str:
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text))
    return " & ".join(f"'{word}':*" for word in words)


def _fetch(sql: str, facts: dict[str, Any]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return [row_id for (row_id,) in cursor.fetchall()]
