"""Makes shops, people and their charges for bench/hot_queries.py, by verbs and by SQL.

    hot_history.py people SECRETS       the accounts, and their secrets as JSON in a file
    hot_history.py charges OLDER NEWER all|one
                                        a year of charges, and those of the last days, of all
                                        merchants or of the owner's alone

Run in a process of its own, with the settings and a superuser's address: no other role may
write a transfer of last year.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Literal, LiteralString

import psycopg
import shops
from django.contrib.auth import login
from django.http import HttpRequest

from identity.dashboard_sessions import SessionStore
from identity.models import User
from ledger.checkpoints import TAIL_MIN
from merchants.models import Merchant, Role, Store
from merchants.onboarding import hire

_WALLETS = 200
_AT_ONCE = 500_000
# What a till tells of is a week old at most.
_NEWEST_DAYS = 8.0
_OLDER_DAYS = 364.0
_NEWEST = 100_000_000
_TABLES = [
    *("ledger_transfer", "merchants_settlementline", "pos_acknowledgement", "pos_charge"),
    *("pos_chargeline", "pos_receipt", "pos_refund", "relay_event"),
    *("wallet_claim", "wallet_payment"),
]
_SETTLEMENTS = """
    INSERT INTO merchants_settlement (id, balance_id, number, currency, opened_at, closed_at,
        opening_minor, sales_count, sales_minor, refunds_count, refunds_minor, fees_minor,
        payout_minor, closing_minor)
    SELECT uuidv7(at - now()), b.id, day, b.currency, at - interval '1 day', at,
           0, 0, 0, 0, 0, 0, 0, 0
      FROM (SELECT day, now() - interval '8 days' - (365 - day) * interval '1 day' AS at
              FROM generate_series(1, 365) day) made, merchants_merchantbalance b;
    UPDATE merchants_merchantbalance SET settled_until = now() - interval '8 days'
"""
# Without indexes, which are made afterwards; a primary key is needed by others' keys.
_PREPARE = """
    SET session_replication_role = replica;
    SET synchronous_commit = off;
    SET maintenance_work_mem = '1GB';
    SET work_mem = '256MB';
    CREATE TEMP TABLE dropped AS
        SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS away,
               format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
                      pg_get_constraintdef(oid)) AS back
          FROM pg_constraint
         WHERE contype = 'u'
           AND conrelid::regclass::text = ANY (current_setting('hot.tables')::text[])
         UNION ALL
        SELECT format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
          FROM pg_index i
         WHERE i.indrelid::regclass::text = ANY (current_setting('hot.tables')::text[])
           AND NOT i.indisprimary
           AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid);
    DO $$ DECLARE d dropped; BEGIN
        FOR d IN SELECT * FROM dropped LOOP EXECUTE d.away; END LOOP;
    END $$;
    CREATE TEMP TABLE till AS
        SELECT row_number() OVER (ORDER BY t.id) - 1 AS n, t.id AS terminal, s.id AS store,
               s.merchant_id, s.takings_account_id, b.id AS balance,
               (SELECT k.cashier_id FROM pos_terminaltoken k
                 WHERE k.terminal_id = t.id) AS cashier
          FROM pos_terminal t JOIN merchants_store s ON s.id = t.store_id
          JOIN merchants_merchantbalance b USING (merchant_id)
         WHERE current_setting('hot.merchants') = 'all'
            OR s.merchant_id = (SELECT merchant_id FROM merchants_store ORDER BY id LIMIT 1);
    CREATE TEMP TABLE payer AS
        SELECT row_number() OVER (ORDER BY id) - 1 AS n, id AS wallet, account_id AS account
          FROM wallet_wallet;
    ANALYZE till; ANALYZE payer;
"""
_RESTORE = """
    DO $$ DECLARE d dropped; BEGIN
        FOR d IN SELECT * FROM dropped LOOP EXECUTE d.back; END LOOP;
    END $$;
"""
# Of twenty charges one is canceled, one expires, and one is refunded in part: with the fewest
# charges a store has a whole page of each.
_MAKE = """
    CREATE TEMP TABLE made AS
    SELECT made.n, at, uuidv7(at - clock_timestamp()) AS id, 1 + made.n * 7919 %% 900 AS amount,
           CASE WHEN made.n %% 20 = 7 THEN 'canceled' WHEN made.n %% 20 = 11 THEN 'expired'
                ELSE 'captured' END AS status,
           made.n %% 20 = 3 AS is_refunded, till.terminal, till.store, till.merchant_id,
           till.takings_account_id AS takings, till.balance, till.cashier,
           payer.wallet, payer.account,
           (SELECT s.id FROM merchants_settlement s
             WHERE s.balance_id = till.balance
               AND s.opened_at < at AND s.closed_at >= at) AS settled
      FROM (SELECT n, %(began)s + (n - %(first)s) * %(step)s AS at
              FROM generate_series(%(first)s::bigint, %(last)s) n) made
      JOIN till ON till.n = made.n * 31 %% (SELECT count(*) FROM till)
      JOIN payer ON payer.n = made.n * 17 / 3 %% (SELECT count(*) FROM payer)
     ORDER BY made.n
"""
_WRITE = """
    INSERT INTO pos_charge (id, merchant_id, store_id, terminal_id, cashier_id, principal_id,
        idempotency_key, request_hash, status, version, currency, amount_minor, fee_minor,
        refunded_minor, refunds_count, reference, description, token, short_code, check_word,
        receipt_token, payer_account_id, payer_name, payer_email, takings_account_id,
        created_at, expires_at, was_extended_for_payer, claimed_at, lease_until, captured_at,
        canceled_at, expired_at)
    SELECT id, merchant_id, store, terminal, cashier, terminal, 'key ' || n,
           sha256(n::text::bytea), status, 3, 'EUR', amount, amount * 60 / 10000,
           CASE WHEN is_refunded THEN 1 + amount / 2 ELSE 0 END, is_refunded::int, 'bench', '',
           gen_random_uuid(), lpad(to_hex(n), 8, '0'), 'quiet river', gen_random_uuid(),
           CASE WHEN status = 'captured' THEN account END,
           CASE WHEN status = 'captured' THEN 'Payer P.' ELSE '' END, '', takings, at,
           at + interval '5 min', false, CASE WHEN status = 'captured' THEN at END,
           CASE WHEN status = 'captured' THEN at + interval '1 min' END,
           CASE WHEN status = 'captured' THEN at END, CASE WHEN status = 'canceled' THEN at END,
           CASE WHEN status = 'expired' THEN at + interval '5 min' END
      FROM made;
    INSERT INTO pos_chargeline (charge_id, position, name, quantity, unit_price_minor)
    SELECT id, 0, 'Flat white', 1, amount FROM made WHERE n % 5 = 0;
    INSERT INTO relay_event (id, feed, kind, subject, actor, facts, happened_at)
    SELECT uuidv7(at - clock_timestamp()), merchant_id, 'charge.' || status, id, 'bench', '{}',
           at
      FROM made;
    DELETE FROM made WHERE status <> 'captured';
    INSERT INTO ledger_transfer (id, debit_account_id, credit_account_id, amount_minor,
        currency, kind, reference, phase, posted_at)
    SELECT id, account, takings, amount, 'EUR', 'capture', 'bench', 'single', at FROM made;
    INSERT INTO wallet_claim (id, wallet_id, charge_id, created_at)
    SELECT uuidv7(at - clock_timestamp()), wallet, id, at FROM made;
    INSERT INTO wallet_payment (id, wallet_id, charge_id, amount_minor, currency,
        balance_after_minor, paid_total_minor, with_pin, idempotency_key, request_hash,
        confirmed_at)
    SELECT uuidv7(at - clock_timestamp()), wallet, id, amount, 'EUR', 0,
           (SELECT w.paid_minor FROM wallet_wallet w WHERE w.id = wallet)
             + sum(amount) OVER (PARTITION BY wallet ORDER BY at, id),
           false, 'key ' || n, sha256(n::text::bytea), at FROM made;
    UPDATE wallet_wallet w SET paid_minor = w.paid_minor + paid.minor
      FROM (SELECT wallet, sum(amount) AS minor FROM made GROUP BY 1) paid
     WHERE paid.wallet = w.id;
    INSERT INTO pos_receipt (charge_id, store_id, number, email, issued_at, mail_tries)
    SELECT id, store, n + 1, '', at, 0 FROM made;
    INSERT INTO pos_acknowledgement (charge_id, acknowledged_at)
    SELECT id, at FROM made WHERE cashier IS NOT NULL;
    INSERT INTO merchants_settlementline (id, balance_id, store_id, kind, charge_id,
        short_code, reference, amount_minor, fee_minor, is_receivable, at, settlement_id)
    SELECT id, balance, store, 'sale', id, lpad(to_hex(n), 8, '0'), 'bench', amount,
           amount * 60 / 10000, false, at, settled FROM made;
    CREATE TEMP TABLE back AS
    SELECT *, uuidv7(at + interval '1 s' - clock_timestamp()) AS refund, 1 + amount / 2 AS part
      FROM made WHERE is_refunded;
    INSERT INTO pos_refund (id, charge_id, amount_minor, currency, reason, idempotency_key,
        request_hash, created_at)
    SELECT refund, id, part, 'EUR', '', 'one', sha256(n::text::bytea), at + interval '1 s'
      FROM back;
    INSERT INTO ledger_transfer (id, debit_account_id, credit_account_id, amount_minor,
        currency, kind, reference, phase, posted_at)
    SELECT refund, takings, account, part, 'EUR', 'refund', 'bench', 'single',
           at + interval '1 s'
      FROM back;
    INSERT INTO merchants_settlementline (id, balance_id, store_id, kind, charge_id,
        short_code, reference, amount_minor, fee_minor, is_receivable, at, settlement_id)
    SELECT refund, balance, store, 'refund', id, lpad(to_hex(n), 8, '0'), 'bench', part, 0,
           false, at + interval '1 s', settled FROM back;
    DROP TABLE made, back
"""
_BALANCES = """
    UPDATE ledger_account a
       SET balance_minor = a.balance_minor + m.change, last_posted_at = now() - interval '1 s'
      FROM (SELECT account, sum(change)::bigint AS change
              FROM (SELECT debit_account_id, -amount_minor FROM ledger_transfer
                     WHERE reference = 'bench' AND kind <> 'top_up'
                     UNION ALL
                    SELECT credit_account_id, amount_minor FROM ledger_transfer
                     WHERE reference = 'bench' AND kind <> 'top_up') AS s (account, change)
             GROUP BY account) m
     WHERE a.id = m.account AND NOT a.may_go_negative;
    UPDATE ledger_periodclose SET announced_until = now() - interval '1 s',
                                  closed_until = now() - interval '1 s'
"""
# As the timetable would have, so often that no account has many more since its last one.
_CHECKPOINT = """
    SELECT ledger_take_checkpoints(now() - make_interval(secs => 86400 * %(days)s), %(tail)s)
"""


def make_people(kept: Path) -> None:
    """Open shops, tills, wallets and an owner's dashboard; keep their secrets."""
    tills = shops.open_tills()
    counter = shops.open_counter(Store.objects.order_by("id")[0])
    wallets = [shops.open_filled_wallet(number) for number in range(_WALLETS)]
    secrets = {"tills": tills, "counters": [counter], "wallets": wallets}
    merchant = Merchant.objects.get(pk=Store.objects.order_by("id")[0].merchant_id)
    kept.write_text(json.dumps(secrets | {"owners": [open_dashboard(merchant)]}))
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(_SETTLEMENTS)


def open_dashboard(merchant: Merchant) -> str:
    """Sign an owner in; return the key of the session."""
    owner = User.objects.create(name="Ada Byrne", email="ada@bench.test")
    hire(merchant, owner, role=Role.OWNER)
    request = HttpRequest()
    request.session = SessionStore()
    login(request, owner)
    request.session.save()
    key: str = request.session.session_key or ""
    return key


def make_charges(older: int, newer: int, *, merchants: Literal["all", "one"]) -> None:
    """Write the charges, telling how far it is."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(
        url, autocommit=True, cursor_factory=psycopg.ClientCursor
    ) as connection:
        connection.execute(f"SET hot.tables = '{{{','.join(_TABLES)}}}'")
        connection.execute(f"SET hot.merchants = '{merchants}'")
        connection.execute(_PREPARE)
        for first in range(0, older, _AT_ONCE):
            last = min(first + _AT_ONCE, older)
            left = (1 - first / older, 1 - last / older)
            ago = (_NEWEST_DAYS + _OLDER_DAYS * part for part in left)
            write(connection, first, last, days=tuple(ago))
        # The newest have numbers and times of their own, the same however many went before.
        write(connection, _NEWEST, _NEWEST + newer, days=(_NEWEST_DAYS, 0.001))
        step(connection, "indexes", _RESTORE)
        step(connection, "balances", _BALANCES)
        step(connection, "vacuum", "VACUUM (ANALYZE)")
        parts = 1 + older // (_WALLETS * TAIL_MIN)
        for part in range(1, parts + 1):
            days = _NEWEST_DAYS + _OLDER_DAYS * (1 - part / parts)
            connection.execute(_CHECKPOINT, {"days": days, "tail": TAIL_MIN // 2})
        step(connection, "checkpoint", "VACUUM (ANALYZE) ledger_checkpoint; CHECKPOINT")


def write(
    connection: psycopg.Connection[tuple[object, ...]],
    first: int,
    last: int,
    *,
    days: tuple[float, ...],
) -> None:
    """Write charges that were opened between so many days ago and so many."""
    began, ended = days
    spread: dict[str, object] = {"first": first, "last": last - 1}
    facts = connection.execute(
        "SELECT now() - make_interval(secs => 86400 * %s), make_interval(secs => 86400 * %s)",
        [began, (began - ended) / (last - first)],
    ).fetchone()
    assert facts is not None, "a clock always shows a time"
    connection.execute(_MAKE, spread | {"began": facts[0], "step": facts[1]})
    step(connection, f"charges up to {last:,}", _WRITE)


def step(
    connection: psycopg.Connection[tuple[object, ...]], what: str, command: LiteralString
) -> None:
    """Run commands, telling how long they took."""
    began = time.monotonic()
    for each in command.split(";") if command.startswith("VACUUM") else [command]:
        connection.execute(each)
    print(f"  {what}: {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "people":
        make_people(Path(sys.argv[2]))
    else:
        of_one = sys.argv[4] == "one"
        make_charges(int(sys.argv[2]), int(sys.argv[3]), merchants="one" if of_one else "all")
