"""The rules of tips and VAT that `tests.mutations` breaks, as those of `tests/rules.py`."""

from tests.rules import Mutation

TIPS = ("tests/flows/test_tips.py",)
TIP_MUTATIONS = (
    Mutation(
        "tip that was not seen",
        "wallet/sql/confirm_charge.sql",
        "IF coalesce(seen, wallet.plain_minor) <> amount THEN",
        "IF false THEN",
        TIPS,
    ),
    Mutation(
        "tip chosen while it is confirmed",
        "pos/sql/capture_charge.sql",
        "OR claimed.amount_minor <> amount\n",
        "OR false\n",
        ("tests/races/test_tips.py",),
    ),
    Mutation(
        "tip of another",
        "pos/transitions.py",
        'guard="payer_account_id = %(payer)s AND tip_minor <> %(tip)s"',
        'guard="tip_minor <> %(tip)s"',
        TIPS,
    ),
    Mutation(
        "tip goes with its payer",
        "pos/sql/lease_charge.sql",
        "THEN amount_minor - tip_minor ELSE amount_minor END,",
        "THEN amount_minor ELSE amount_minor END,",
        TIPS,
    ),
    Mutation(
        "tip refunded last",
        "pos/refunds.py",
        "tip_minor = max(0, amount_minor - goods_left_minor) if wanted is None else wanted",
        "tip_minor = min(amount_minor, tip_left_minor) if wanted is None else wanted",
        TIPS,
    ),
    Mutation(
        "VAT of what is left",
        "pos/vat.py",
        "shares = share_out(goods_minor, [*(row.gross_minor for row in left), unrated_minor])",
        "shares = share_out(goods_minor, [*(row.gross_minor for row in left), 0])",
        ("tests/pos/test_vat.py",),
    ),
)
