"""Whatever does not follow from the transfers is found, and its row is named."""

import pytest

from tests.ledger.damage import damaged, find_faults, recall_history

pytestmark = pytest.mark.usefixtures("committed")
# The chart of the database is damaged as well, or it would refuse such an account.
GOLD = "INSERT INTO ledger_chartkind VALUES ('gold', 'credit', true); "
ACCOUNT = "UPDATE ledger_account SET {} WHERE id = '{{{}}}'"
CHECKPOINT = "UPDATE ledger_checkpoint SET {} WHERE account_id = '{{wallet}}'"
HOLD = "UPDATE ledger_hold SET {} WHERE pending_id = '{{waiting}}'"
WAITING_AGAIN = """
    INSERT INTO ledger_hold (pending_id, debit_account_id, credit_account_id, amount_minor,
                             expires_at)
    SELECT '{}', debit_account_id, credit_account_id, {}, expires_at
      FROM ledger_hold WHERE pending_id = '{{waiting}}'
"""
FRESH = """
    INSERT INTO ledger_transfer (id, debit_account_id, credit_account_id, amount_minor,
                                 currency, kind, reference, phase, pending_id, posted_at)
    VALUES ('{{another}}', {}, clock_timestamp())
"""
CHANGE = "UPDATE ledger_transfer SET {} WHERE id = '{{fresh}}'"
DELETE = "DELETE FROM ledger_account WHERE id = '{other}'"
NO_HOLD = "it was not ended, and there is no hold that says so"
END = FRESH.replace(
    "{}", "'{{wallet}}', '{{bank}}', {}, 'EUR', 'test', 'held', '{}', '{{{}}}'", 1
)
FREE_HOLD = ";DELETE FROM ledger_hold WHERE pending_id = '{waiting}'"
FIGURES = {
    "a balance": (
        ACCOUNT.format("balance_minor = balance_minor + 1", "wallet"),
        {"account {wallet}": "balance 581 stored, 580 summed"},
    ),
    "a held amount": (
        ACCOUNT.format("held_minor = held_minor - 150", "wallet"),
        {"account {wallet}": "0 held, 150 summed"},
    ),
    "a balance where none is kept": (
        ACCOUNT.format("balance_minor = 5", "bank"),
        {"account {bank}": "balance 5 stored, 0 summed"},
    ),
    "a held amount where none is kept": (
        ACCOUNT.format("held_minor = 5", "bank"),
        {"account {bank}": "5 held, 0 summed"},
    ),
    "the limit taken off": (
        ACCOUNT.format("may_go_negative = true", "wallet"),
        {
            "account {wallet}": "wallet that grows by credit and may go below zero;"
            " balance 580 stored, 0 summed; 150 held, 0 summed"
        },
    ),
    "the side": (
        ACCOUNT.format("normal_side = 'debit'", "wallet"),
        {
            "account {wallet}": "wallet that grows by debit and may not go below zero;"
            " balance 580 stored, -580 summed; 150 held, 0 summed;"
            " it holds -580, of which 0 is held"
        },
    ),
    "a kind": (
        GOLD + ACCOUNT.format("kind = 'gold'", "other"),
        {"account {other}": "gold that grows by credit and may not go below zero"},
    ),
    "an event between other accounts": (
        CHANGE.format("kind = 'capture'"),
        {"transfer {fresh}": "capture, but from safeguard to wallet"},
    ),
    "more on hold than there is": (
        FRESH.format("'{wallet}', '{bank}', 500, 'EUR', 'test', '', 'single', NULL")
        + ";"
        + ACCOUNT.format("balance_minor = 80", "wallet"),
        {"account {wallet}": "it holds 80, of which 150 is held"},
    ),
    "an unsealed amount": (
        "UPDATE ledger_transfer SET amount_minor = 10 WHERE id = '{fresh}'",
        {"account {other}": "balance 342 stored, 343 summed"},
    ),
    "an unsealed transfer deleted": (
        "DELETE FROM ledger_transfer WHERE id = '{fresh}'",
        {"account {other}": "balance 342 stored, 333 summed"},
    ),
    "an unsealed transfer doubled": (
        "INSERT INTO ledger_transfer SELECT * FROM ledger_transfer WHERE id = '{fresh}'",
        {
            "account {other}": "balance 342 stored, 351 summed",
            "transfer {fresh}": "it is there more than once",
        },
    ),
    "debited up to a checkpoint": (
        CHECKPOINT.format("debited_minor = debited_minor + 1"),
        {
            "checkpoint {wallet} at {taken_at}": "421 debited and 1000 credited,"
            " 420 and 1000 summed"
        },
    ),
    "credited up to a checkpoint": (
        CHECKPOINT.format("credited_minor = 0"),
        {
            "checkpoint {wallet} at {taken_at}": "420 debited and 0 credited,"
            " 420 and 1000 summed"
        },
    ),
    "a hold forgotten": (
        "DELETE FROM ledger_hold WHERE pending_id = '{waiting}'",
        {"transfer {waiting}": NO_HOLD},
    ),
    "a hold's amount": (
        HOLD.format("amount_minor = 1"),
        {"transfer {waiting}": NO_HOLD},
    ),
    "a hold's account": (
        HOLD.format("debit_account_id = '{other}'"),
        {"transfer {waiting}": NO_HOLD},
    ),
    "a hold's expiry": (
        HOLD.format("expires_at = NULL"),
        {"transfer {waiting}": NO_HOLD},
    ),
    "a hold of nothing": (
        WAITING_AGAIN.format("{nobody}", "amount_minor"),
        {"hold {nobody}": "no pending transfer is open that it holds"},
    ),
    "a hold of what was ended": (
        WAITING_AGAIN.format("{held}", "200"),
        {"hold {held}": "no pending transfer is open that it holds"},
    ),
    "ended twice": (
        END.format(120, "post", "held") + ";" + ACCOUNT.format("balance_minor = 460", "wallet"),
        {"transfer {held}": "it was held once and ended more than once"},
    ),
    "posted more than was held": (
        END.format(151, "post", "waiting")
        + FREE_HOLD
        + ";"
        + ACCOUNT.format("balance_minor = 429, held_minor = 0", "wallet"),
        {"transfer {another}": "it ends a pending transfer of 150 with 151"},
    ),
    "voided in part": (
        END.format(149, "void", "waiting")
        + FREE_HOLD
        + ";"
        + ACCOUNT.format("held_minor = 0", "wallet"),
        {"transfer {another}": "it ends a pending transfer of 150 with 149"},
    ),
    "expired before its time": (
        END.format(150, "expire", "waiting")
        + FREE_HOLD
        + ";"
        + ACCOUNT.format("held_minor = 0", "wallet"),
        {"transfer {another}": "it ends a pending transfer whose time was not over"},
    ),
    "the end of what is not there": (
        END.format(1, "void", "nobody"),
        {"transfer {another}": "it ends a pending transfer that is not there"},
    ),
    "the end of what moved at once": (
        END.format(300, "void", "out"),
        {"transfer {another}": "it ends a pending transfer that is not there"},
    ),
    "ended between other accounts": (
        END.format(150, "void", "waiting").replace("'{wallet}'", "'{other}'")
        + FREE_HOLD
        + ";"
        + ACCOUNT.format("held_minor = 0", "wallet"),
        {"transfer {another}": "it ends a pending transfer between other accounts"},
    ),
}
SHAPES = {
    "nothing": ("amount_minor = 0", "it is not one that can be posted"),
    "less than nothing": ("amount_minor = -9", "it is not one that can be posted"),
    "no currency": ("currency = 'EU'", "it is not one that can be posted"),
    "a small currency": ("currency = 'eur'", "it is not one that can be posted"),
    "no kind": ("kind = ''", "it is not one that can be posted"),
    "an unknown phase": ("phase = 'done'", "it is not one that can be posted"),
    "to itself": (
        "credit_account_id = debit_account_id",
        "it debits and credits the same account",
    ),
    "held and ended": (
        "pending_id = '{waiting}'",
        "its phase and its pending transfer do not go together",
    ),
    "expiring": ("expires_at = posted_at", "only a pending transfer expires"),
    "held for no time": (
        "phase = 'pending', expires_at = posted_at",
        "it is over when it begins",
    ),
    "of another currency": ("currency = 'USD'", "USD, but from EUR to EUR"),
    "from nobody": ("debit_account_id = '{nobody}'", "EUR, but from no account to EUR"),
    "to nobody": ("credit_account_id = '{nobody}'", "EUR, but from EUR to no account"),
}


@pytest.fixture
def names(committed):
    return recall_history()


@pytest.mark.parametrize(("damage", "found"), FIGURES.values(), ids=FIGURES)
def test_a_figure_that_does_not_follow_is_named(names, damage, found):
    with damaged(names, damage):
        faults = find_faults()

    assert faults == {subject.format(**names): fault for subject, fault in found.items()}


@pytest.mark.parametrize(("change", "fault"), SHAPES.values(), ids=SHAPES)
def test_a_transfer_that_cannot_be_is_named_before_it_is_sealed(names, change, fault):
    with damaged(names, CHANGE.format(change)):
        faults = find_faults()

    assert fault in faults[f"transfer {names['fresh']}"].split("; ")


def test_a_missing_account_is_named_by_its_transfers(names):
    with damaged(names, DELETE):
        faults = find_faults()

    assert faults[f"transfer {names['out']}"] == "EUR, but from EUR to no account"
    assert faults[f"transfer {names['last']}"] == "EUR, but from no account to EUR"


def test_a_doubled_account_is_named(names):
    doubled = (
        "ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_pkey CASCADE",
        "INSERT INTO ledger_account SELECT * FROM ledger_account WHERE id = '{other}'",
    )

    with damaged(names, *doubled):
        faults = find_faults()

    assert faults[f"account {names['other']}"] == "it is there more than once"
