"""Damage to phases, holds, checkpoints, limits and rights is found, and its row is named.

As in `tests/ledger/test_invariants.py`, the tables' owner does it, and the test's transaction
takes it back.
"""

import uuid
from typing import Any

import pytest

from ledger.accounts import open_account
from ledger.chart import AccountKind
from ledger.posting import post_together
from ledger.transfers import NewPending, NewTransfer, PendingPost, PendingVoid
from servers.embedded import OWNER_ROLE
from tests.broken import find_broken
from tests.owners import as_owner

pytestmark = pytest.mark.django_db
FREE = """
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE ledger_transfer DISABLE TRIGGER ledger_transfer_append_only;
    ALTER TABLE ledger_checkpoint DISABLE TRIGGER ledger_checkpoint_append_only;
    ALTER TABLE ledger_account DISABLE TRIGGER ledger_account_stays;
    ALTER TABLE ledger_transfer DROP CONSTRAINT ledger_transfer_ends_a_pending;
    ALTER TABLE ledger_transfer DROP CONSTRAINT ledger_transfer_only_pending_expires;
    ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_not_negative;
    ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_held_not_negative;
    ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_balance_only_where_limited;
    ALTER TABLE ledger_periodclose DROP CONSTRAINT ledger_periodclose_announced_first;
    DROP INDEX ledger_transfer_pending_ends_once;
"""
CLOSE = """
    UPDATE ledger_periodclose
       SET announced_until = i, closed_until = i FROM clock_timestamp() i;
    SELECT ledger_take_checkpoints((SELECT closed_until FROM ledger_periodclose), 1);
"""
PHASES = "every transfer is of a phase that there is"
ENDS = "every end of a pending transfer"
PENDINGS = "every pending transfer is either"
HOLDS = "every open hold is of"
HELD = "what an account holds is the sum"
TRIGGERS = "the triggers that refuse changes are in force"
RIGHTS = "the application's role can itself write no"
CHART = "the side and the limit that the chart gives"
LIMIT = "no customer account is below zero, or holds"
WALK = "in the order of their instants"
CLOSED = "checkpoints and seals are of closed history"
TRANSFER = "UPDATE ledger_transfer SET {} WHERE id = '{{{}}}'"
# The chart of the database is damaged as well, or it would refuse such an account.
GOLD = "INSERT INTO ledger_chartkind VALUES ('gold', 'credit', true); "
ACCOUNT = "UPDATE ledger_account SET {} WHERE id = '{{{}}}'"
HOLD = "UPDATE ledger_hold SET {} WHERE pending_id = '{{held}}'"
NEW_HOLD = """
    INSERT INTO ledger_hold (pending_id, debit_account_id, credit_account_id, amount_minor)
    VALUES ('{{{}}}', '{{wallet}}', '{{takings}}', 5)
"""
DAMAGE = {
    "a phase that there is not": (
        TRANSFER.format("phase = 'maybe'", "top_up"),
        PHASES,
        "top_up",
    ),
    "an end of nothing": (TRANSFER.format("pending_id = NULL", "post"), PHASES, "post"),
    "a plain transfer that ends": (TRANSFER.format("phase = 'single'", "post"), PHASES, "post"),
    "a plain transfer that will end": (
        TRANSFER.format("expires_at = now()", "top_up"),
        PHASES,
        "top_up",
    ),
    "a time-out before its beginning": (
        TRANSFER.format("expires_at = posted_at", "held"),
        PHASES,
        "held",
    ),
    "an end of more": (TRANSFER.format("amount_minor = 201", "post"), ENDS, "post"),
    "a void of less": (TRANSFER.format("amount_minor = 49", "void"), ENDS, "void"),
    "an end of what is not there": (
        TRANSFER.format("pending_id = '{nobody}'", "post"),
        ENDS,
        "post",
    ),
    "an end of what was never pending": (
        TRANSFER.format("pending_id = '{top_up}'", "post"),
        ENDS,
        "post",
    ),
    "an end from another account": (
        TRANSFER.format("debit_account_id = '{bank}'", "post"),
        ENDS,
        "post",
    ),
    "an end to another account": (
        TRANSFER.format("credit_account_id = '{bank}'", "post"),
        ENDS,
        "post",
    ),
    "an end in another currency": (TRANSFER.format("currency = 'USD'", "post"), ENDS, "post"),
    "an end before its beginning": (
        TRANSFER.format("posted_at = posted_at - interval '1 hour'", "post"),
        ENDS,
        "post",
    ),
    "an expiry before its time": (TRANSFER.format("phase = 'expire'", "void"), ENDS, "void"),
    "a second end": (
        """
        INSERT INTO ledger_transfer (id, debit_account_id, credit_account_id, amount_minor,
                                     currency, kind, reference, phase, pending_id)
        SELECT '{nobody}', debit_account_id, credit_account_id, amount_minor, currency, kind,
               reference, phase, pending_id
          FROM ledger_transfer WHERE id = '{void}'
        """,
        ENDS,
        "void",
    ),
    "a hold is gone": ("DELETE FROM ledger_hold WHERE pending_id = '{held}'", PENDINGS, "held"),
    "a hold of less": (HOLD.format("amount_minor = 99"), PENDINGS, "held"),
    "a hold of less, in its account": (HOLD.format("amount_minor = 99"), HELD, "wallet"),
    "a hold for somebody else": (
        HOLD.format("credit_account_id = '{bank}'"),
        PENDINGS,
        "held",
    ),
    "a hold of somebody else": (HOLD.format("debit_account_id = '{bank}'"), PENDINGS, "held"),
    "a hold without end": (HOLD.format("expires_at = NULL"), PENDINGS, "held"),
    "a hold of what has ended": (NEW_HOLD.format("posted"), PENDINGS, "posted"),
    "a hold of nothing": (NEW_HOLD.format("nobody"), HOLDS, "nobody"),
    "a hold of what is not pending": (NEW_HOLD.format("top_up"), HOLDS, "top_up"),
    "more held than is there": (
        ACCOUNT.format("held_minor = balance_minor + 1", "wallet"),
        LIMIT,
        "wallet",
    ),
    "less than nothing held": (ACCOUNT.format("held_minor = -1", "wallet"), LIMIT, "wallet"),
    "held where nothing is kept": (
        ACCOUNT.format("held_minor = 1", "takings"),
        HELD,
        "takings",
    ),
    "another side": (ACCOUNT.format("normal_side = 'debit'", "wallet"), CHART, "wallet"),
    "a limit is gone": (ACCOUNT.format("may_go_negative = true", "wallet"), CHART, "wallet"),
    "a kind that there is not": (
        GOLD + ACCOUNT.format("kind = 'gold'", "takings"),
        CHART,
        "takings",
    ),
    "a checkpoint of what is still open": (
        "UPDATE ledger_checkpoint SET taken_at = 'infinity' WHERE account_id = '{takings}'",
        CLOSED,
        "takings",
    ),
    "closed and not announced": (
        "UPDATE ledger_periodclose SET announced_until = NULL",
        CLOSED,
        "close",
    ),
    "closed before it was announced": (
        "UPDATE ledger_periodclose SET announced_until = closed_until - interval '1 s'",
        CLOSED,
        "close",
    ),
    "summed before it was closed": (
        "UPDATE ledger_periodclose SET checkpointed_until = 'infinity'",
        CLOSED,
        "close",
    ),
    "a seal of what is still open": (
        """
        INSERT INTO ledger_seal (number, until_at, until_id, count, root, previous_hash, hash,
                                 sealed_at)
        VALUES (9000000, 'infinity', '{nobody}', 1, '', '', '', now())
        """,
        CLOSED,
        "seal",
    ),
    "no close": ("DELETE FROM ledger_periodclose", CLOSED, "close"),
}
WALKS = {
    "spent before it was there": (
        """
        DELETE FROM ledger_checkpoint;
        UPDATE ledger_transfer SET posted_at = posted_at + interval '1 hour'
         WHERE id = '{top_up}'
        """,
        *("wallet", "less than nothing to spend at "),
    ),
    "held for a while more than was there": (
        "UPDATE ledger_transfer SET amount_minor = 5000 WHERE id IN ('{voided}', '{void}')",
        *("wallet", "less than nothing to spend at "),
    ),
    "two transfers at one instant": (
        """
        UPDATE ledger_transfer SET posted_at = (
            SELECT posted_at FROM ledger_transfer WHERE id = '{voided}') WHERE id = '{post}'
        """,
        *("wallet", "two transfers at "),
    ),
    "an instant before the last": (
        ACCOUNT.format("last_posted_at = last_posted_at - interval '1 hour'", "wallet"),
        *("wallet", "last posted to at "),
    ),
    "an instant after the last": (
        ACCOUNT.format("last_posted_at = last_posted_at + interval '1 hour'", "wallet"),
        *("wallet", "last posted to at "),
    ),
    "no instant": (
        ACCOUNT.format("last_posted_at = NULL", "wallet"),
        *("wallet", "last posted to at "),
    ),
    "an instant on a new account": (
        ACCOUNT.format("last_posted_at = now()", "empty"),
        *("empty", "last posted to at no time, stored "),
    ),
    "money on a new account": (
        ACCOUNT.format("balance_minor = 1", "empty"),
        *("empty", "1 stored, 0 summed"),
    ),
    "a checkpoint's debits": (
        "UPDATE ledger_checkpoint SET debited_minor = 1 WHERE account_id = '{takings}'",
        *("takings", "not the sum: the checkpoint of "),
    ),
    "a checkpoint's credits": (
        "UPDATE ledger_checkpoint SET credited_minor = 1 WHERE account_id = '{wallet}'",
        *("wallet", "not the sum: the checkpoint of "),
    ),
    "sold at the very instant of a checkpoint, when that was taken": (
        """
        INSERT INTO ledger_transfer (id, debit_account_id, credit_account_id, amount_minor,
                                     currency, kind, reference, posted_at)
        VALUES ('{nobody}', '{bank}', '{takings}', 1, 'EUR', 'test', 'test',
                (SELECT taken_at FROM ledger_checkpoint WHERE account_id = '{takings}'))
        """,
        *("bank", "not the sum: the checkpoint of "),
    ),
}
GRANTS = {
    "UPDATE ON ledger_transfer": "ledger_transfer",
    "UPDATE (amount_minor) ON ledger_transfer": "ledger_transfer",
    "INSERT ON ledger_transfer": "ledger_transfer",
    "DELETE ON ledger_transfer": "ledger_transfer",
    "TRUNCATE ON ledger_transfer": "ledger_transfer",
    "DELETE ON ledger_hold": "ledger_hold",
    "INSERT ON ledger_checkpoint": "ledger_checkpoint",
    "UPDATE (balance_minor) ON ledger_account": "ledger_account.balance_minor",
    "UPDATE (held_minor) ON ledger_account": "ledger_account.held_minor",
    "DELETE ON ledger_account": "ledger_account",
    "INSERT (created_at) ON ledger_account": "ledger_account.created_at",
    "UPDATE (announced_until) ON ledger_periodclose": "ledger_periodclose",
    "UPDATE ON ledger_seal": "ledger_seal",
    "TRUNCATE ON ledger_sealleaves": "ledger_sealleaves",
}
KEPT = {
    "ledger_transfer": "append_only",
    "ledger_checkpoint": "append_only",
    "ledger_seal": "append_only",
    "ledger_sealleaves": "append_only",
    "ledger_account": "stays",
}


def run(sql):
    with as_owner() as cursor:
        cursor.execute(sql)


@pytest.fixture
def names(bank, wallet, takings):
    """One open hold, one that was posted in part, one that was voided; then checkpoints."""
    names = {"bank": bank, "wallet": wallet, "takings": takings}
    names |= {name: uuid.uuid4() for name in ("held", "posted", "post", "voided", "void")}
    names |= {"top_up": uuid.uuid4(), "nobody": uuid.UUID("f" * 32)}
    ids = names
    ends: dict[str, Any] = {"currency": "EUR", "kind": "test", "reference": "test"}
    post_together(
        [
            NewTransfer(ids["top_up"], bank, wallet, 1000, **ends),
            NewPending(ids["held"], wallet, takings, 100, timeout_s=3600, **ends),
            NewPending(ids["posted"], wallet, takings, 200, **ends),
            NewPending(ids["voided"], wallet, takings, 50, **ends),
            PendingPost(ids["post"], ids["posted"], amount_minor=150),
            PendingVoid(ids["void"], ids["voided"]),
        ]
    )
    run(CLOSE)
    names["empty"] = open_account(AccountKind.WALLET, currency="EUR")
    texts = {name: str(identifier) for name, identifier in names.items()}
    return texts | {"close": "ledger_periodclose", "seal": "seal 9000000"}


def find(claim):
    [found] = [row for each, row in find_broken().items() if claim in each]
    return found


def test_sound_books_break_no_proof(names):
    assert find_broken() == {}


@pytest.mark.parametrize(("damage", "claim", "named"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_found_and_its_row_is_named(names, damage, claim, named):
    run(FREE)
    run(damage.format(**names))

    row, description = find(claim)

    assert row == names[named]
    assert description


@pytest.mark.parametrize(("damage", "named", "said"), WALKS.values(), ids=WALKS)
def test_an_account_s_line_says_where_it_is_broken(names, damage, named, said):
    run(FREE)
    run(damage.format(**names))

    row, description = find(WALK)

    assert row == names[named]
    assert description.startswith(said)


@pytest.mark.parametrize(("grant", "named"), GRANTS.items())
def test_a_right_that_the_application_must_not_have_is_found(names, grant, named):
    run(f"GRANT {grant} TO tessera")

    row, description = find(RIGHTS)

    assert row == named
    assert description == f"tessera has the right to {grant.split()[0]}"


def test_a_role_that_is_not_there_is_found(names, settings):
    settings.APPLICATION_ROLE = "it's me"

    assert find(RIGHTS) == ("ledger_account", "it's me does not exist")


def test_a_role_that_is_the_owner_is_found(names, settings):
    settings.APPLICATION_ROLE = OWNER_ROLE

    assert find(RIGHTS) == ("ledger_account", f"{OWNER_ROLE} can become its owner")


@pytest.mark.parametrize(("table", "trigger"), KEPT.items())
def test_a_table_that_can_be_changed_is_found(names, table, trigger):
    run(f"ALTER TABLE {table} DISABLE TRIGGER {table}_{trigger}")

    assert find(TRIGGERS)[0] == table


@pytest.mark.parametrize(
    "weaker",
    [
        "BEFORE UPDATE OR DELETE",
        "AFTER UPDATE OR DELETE OR TRUNCATE",
        "BEFORE UPDATE OF reference OR DELETE OR TRUNCATE",
        "BEFORE UPDATE OR DELETE OR TRUNCATE [WHEN (false)]",
    ],
)
def test_a_weaker_trigger_is_found(names, weaker):
    run("DROP TRIGGER ledger_transfer_append_only ON ledger_transfer")
    when, _, condition = weaker.partition(" [")
    run(
        f"CREATE TRIGGER ledger_transfer_append_only {when} ON ledger_transfer"
        f" FOR EACH STATEMENT {condition.rstrip(']')} EXECUTE FUNCTION ledger_refuse_change()"
    )

    assert find(TRIGGERS)[0] == "ledger_transfer"


@pytest.mark.parametrize(
    "columns",
    ["id, kind, currency, normal_side", "balance_minor", "closed_at"],
)
def test_a_trigger_of_other_columns_is_found(names, columns):
    run("DROP TRIGGER ledger_account_stays ON ledger_account")
    run(
        f"CREATE TRIGGER ledger_account_stays BEFORE UPDATE OF {columns} OR DELETE OR TRUNCATE"
        " ON ledger_account FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_another_account()"
    )

    assert find(TRIGGERS)[0] == "ledger_account"
