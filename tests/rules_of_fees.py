"""The rules of fees that `tests.mutations` breaks, beside those of `tests/rules.py`."""

from tests.rules import Mutation

FEES = (
    Mutation(
        "fee by the rule of its instant",
        "pos/sql/capture_charge.sql",
        "merchants_find_fee_rule(merchant => claimed.merchant_id, at => paid_at)",
        "merchants_find_fee_rule(merchant => claimed.merchant_id, at => claimed.created_at)",
        ("tests/flows/test_shop_fees.py",),
    ),
    Mutation(
        "method of a captured charge",
        "pos/methods.py",
        " AND status <> 'captured'",
        "",
        ("tests/flows/test_fee_methods.py",),
    ),
    Mutation(
        "fee rule agreed before it is read",
        "merchants/sql/find_fee_rule.sql",
        "r.agreed_at IS NOT NULL AND ",
        "",
        ("tests/flows/test_shop_fees.py",),
    ),
    Mutation(
        "fee invoice waits for the ledger's close",
        "merchants/fee_invoices.py",
        "closed_until is None or closed_until < month.until",
        "closed_until is None and month.until is None",
        ("tests/merchants/test_fee_invoices.py",),
    ),
    Mutation(
        "fee invoice takes off what was given back",
        "merchants/fee_months.py",
        "SELECT t.posted_at, t.id, t.kind, t.reference, -t.amount_minor",
        "SELECT t.posted_at, t.id, t.kind, t.reference, t.amount_minor",
        ("tests/merchants/test_fee_invoices.py",),
    ),
    Mutation(
        "fee tier counts until the last day begins",
        "merchants/fee_tiers.py",
        "AND t.posted_at >= %(since)s AND t.posted_at < %(until)s",
        "AND t.posted_at >= %(since)s",
        ("tests/merchants/test_fee_tiers.py",),
    ),
)
