"""Makes a year of books for bench/books.py: transfers by SQL, settlements by the verbs.

    history.py TRANSFERS WALLETS STORES

Run in a process of its own, with the settings and a superuser's address: no other role may
write a transfer, least of all one of last year. All of it is what the verbs would have
written, so that every invariant holds. WALLETS has to be a multiple of 40.
"""

import os
import sys
import time
from datetime import timedelta
from typing import Any, LiteralString

import django
import psycopg

django.setup()

from django.db import transaction  # noqa: E402  settings come first
from django.utils import timezone  # noqa: E402

from ledger.accounts import get_or_open_house_account  # noqa: E402
from ledger.chart import AccountKind  # noqa: E402
from merchants.models import MerchantBalance  # noqa: E402
from merchants.onboarding import open_merchant, open_store  # noqa: E402
from merchants.settlement import close_settlement  # noqa: E402

_STORES_EACH = 5
_CURRENCY = "EUR"
_YEAR = timedelta(days=365)
_SETTLED = (timedelta(days=180), timedelta(days=20))
_CHECKPOINTS = (timedelta(days=270), timedelta(days=90), timedelta(days=1))
_AT_ONCE = 1_000_000

# Ids are made of their instant and a number, so that they run in time as the real ones do.
_PREPARE = """
    SET session_replication_role = replica;
    SET synchronous_commit = off;
    SET maintenance_work_mem = '512MB';
    SET timezone = 'UTC';
    CREATE FUNCTION pg_temp.make_id(at timestamptz, salt text) RETURNS uuid LANGUAGE sql AS $$
        SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
                || '7' || substr(md5(salt), 1, 3) || '8' || substr(md5(salt), 4, 15))::uuid
    $$;
    CREATE TEMP TABLE dropped AS
        SELECT indexname AS name, indexdef AS made_by FROM pg_indexes
         WHERE tablename = 'ledger_transfer' AND indexname NOT LIKE '%pkey';
    DO $$ DECLARE d dropped; BEGIN
        FOR d IN SELECT * FROM dropped LOOP
            EXECUTE format('DROP INDEX %I', d.name);
        END LOOP;
    END $$;
"""
_PEOPLE = """
    CREATE TEMP TABLE person AS
        SELECT n, pg_temp.make_id(%(began)s, 'account' || n) AS account,
               pg_temp.make_id(%(began)s, 'wallet' || n) AS wallet,
               pg_temp.make_id(%(began)s, 'user' || n) AS who
          FROM generate_series(0, %(wallets)s - 1) n;
    INSERT INTO identity_user (id, password, name, pin_hash, is_active)
        SELECT who, '', 'Payer ' || n, '', true FROM person;
    INSERT INTO ledger_account (id, kind, currency, normal_side, may_go_negative, balance_minor)
        SELECT account, 'wallet', %(currency)s, 'credit', false, 0 FROM person;
    INSERT INTO wallet_wallet (id, user_id, currency, account_id, no_pin_count, no_pin_minor)
        SELECT wallet, who, %(currency)s, account, 0, 0 FROM person;
    CREATE TEMP TABLE shop AS
        SELECT row_number() OVER (ORDER BY s.id) - 1 AS n, s.*, b.id AS balance_id
          FROM merchants_store s JOIN merchants_merchantbalance b USING (merchant_id);
    ANALYZE person; ANALYZE shop;
"""
# Of forty: four sales, thirty-four top-ups, one that is held and one that ends it. Only the
# first transfer of a wallet is large.
_TRANSFERS = """
    INSERT INTO ledger_transfer (id, debit_account_id, credit_account_id, amount_minor,
        currency, kind, reference, posted_at, phase, pending_id, expires_at)
    SELECT pg_temp.make_id(at, 'transfer' || i),
           CASE WHEN is_top_up OR i %% 20 >= 2 THEN %(safeguard)s ELSE payer.account END,
           CASE WHEN is_top_up THEN payer.account
                WHEN i %% 20 < 2 THEN shop.takings_account_id ELSE payee.account END,
           CASE WHEN i < %(wallets)s THEN 100000000 ELSE 1 + amount_of %% 900 END,
           %(currency)s,
           CASE WHEN NOT is_top_up AND i %% 20 < 2 THEN 'capture' ELSE 'top_up' END,
           'reference ' || i, at,
           CASE WHEN is_top_up OR i %% 20 <> 19 THEN 'single' WHEN i %% 40 = 19 THEN 'pending'
                WHEN i %% 240 = 119 THEN 'expire' WHEN i %% 240 = 159 THEN 'void'
                ELSE 'post' END,
           CASE WHEN NOT is_top_up AND i %% 40 = 39
                THEN pg_temp.make_id(at - 20 * %(step)s, 'transfer' || (i - 20)) END,
           CASE WHEN NOT is_top_up AND i %% 240 = 99 THEN at + 10 * %(step)s END
      FROM (SELECT i, i - CASE WHEN i %% 40 = 39 THEN 20 ELSE 0 END AS amount_of,
                   %(began)s + i * %(step)s AS at,
                   i < %(wallets)s OR i %% 20 BETWEEN 2 AND 8 AS is_top_up
              FROM generate_series(%(first)s, %(last)s) i) made
      JOIN person payer ON payer.n = amount_of %% %(wallets)s
      JOIN person payee ON payee.n = (amount_of * 7 + 1) %% %(wallets)s
      JOIN shop ON shop.n = i / 20 %% %(stores)s
     -- Some holds are left open.
     WHERE i %% 4000 <> 3999 OR is_top_up
     ORDER BY i
"""
_SALES = """
    INSERT INTO pos_charge (id, merchant_id, store_id, principal_id, idempotency_key,
        request_hash,
        status, version, currency, amount_minor, fee_minor, refunded_minor, refunds_count,
        reference, description, token, short_code, check_word, receipt_token,
        payer_account_id, payer_name, payer_email, takings_account_id, created_at, expires_at,
        was_extended_for_payer, claimed_at, lease_until, captured_at)
    SELECT t.id, s.merchant_id, s.id, s.id, t.id, '', 'captured', 3, t.currency, t.amount_minor,
           t.amount_minor * 60 / 10000, 0, 0, '', '', gen_random_uuid(),
           to_hex(row_number() OVER ()), 'quiet river', gen_random_uuid(), t.debit_account_id,
           'Payer', '', s.takings_account_id, t.posted_at, t.posted_at, false, t.posted_at,
           t.posted_at, t.posted_at
      FROM ledger_transfer t JOIN shop s ON s.takings_account_id = t.credit_account_id
     WHERE t.kind = 'capture';
    INSERT INTO relay_event (id, feed, kind, subject, actor, facts, happened_at)
    SELECT gen_random_uuid(), merchant_id, 'charge.captured', id, 'bench', '{}', captured_at
      FROM pos_charge;
    INSERT INTO wallet_payment (id, wallet_id, charge_id, amount_minor, currency,
        balance_after_minor, paid_total_minor, with_pin, idempotency_key, request_hash,
        confirmed_at)
    SELECT gen_random_uuid(), p.wallet, c.id, c.amount_minor, c.currency, 0,
           sum(c.amount_minor) OVER (PARTITION BY p.wallet ORDER BY c.id), false, c.id, '',
           c.captured_at
      FROM pos_charge c JOIN person p ON p.account = c.payer_account_id;
    UPDATE wallet_wallet w SET paid_minor = paid.minor
      FROM (SELECT wallet_id, sum(amount_minor) AS minor FROM wallet_payment GROUP BY 1) paid
     WHERE paid.wallet_id = w.id;
    INSERT INTO pos_refund (id, charge_id, amount_minor, currency, reason, idempotency_key,
        request_hash, created_at)
    SELECT pg_temp.make_id(at, 'refund' || id), id, 1 + amount_minor / 2, currency, '', 'one',
           '', at
      FROM (SELECT *, captured_at + interval '1.5 s' AS at FROM pos_charge) c
     WHERE id::text LIKE '%7';
    UPDATE pos_charge c SET refunded_minor = r.amount_minor, refunds_count = 1
      FROM pos_refund r WHERE r.charge_id = c.id;
    INSERT INTO ledger_transfer (id, debit_account_id, credit_account_id, amount_minor,
        currency, kind, reference, posted_at)
    SELECT r.id, c.takings_account_id, c.payer_account_id, r.amount_minor, r.currency, 'refund',
           'refund', r.created_at
      FROM pos_refund r JOIN pos_charge c ON c.id = r.charge_id ORDER BY r.id;
    INSERT INTO merchants_settlementline (id, balance_id, store_id, kind, charge_id, short_code,
        reference, amount_minor, fee_minor, is_receivable, at)
    SELECT c.id, s.balance_id, s.id, 'sale', c.id, c.short_code, '', c.amount_minor,
           c.fee_minor, false, c.captured_at
      FROM pos_charge c JOIN shop s ON s.id = c.store_id
     UNION ALL
    SELECT r.id, s.balance_id, s.id, 'refund', c.id, c.short_code, '', r.amount_minor, 0, false,
           r.created_at
      FROM pos_refund r JOIN pos_charge c ON c.id = r.charge_id JOIN shop s ON s.id = c.store_id
     ORDER BY 1;
"""
_INDEXES = """
    DO $$ DECLARE d dropped; BEGIN
        FOR d IN SELECT * FROM dropped LOOP EXECUTE d.made_by; END LOOP;
    END $$;
"""
_BALANCES = """
    INSERT INTO ledger_hold (pending_id, debit_account_id, credit_account_id, amount_minor,
                             expires_at)
    SELECT id, debit_account_id, credit_account_id, amount_minor, expires_at
      FROM ledger_transfer p WHERE phase = 'pending'
       AND NOT EXISTS (SELECT FROM ledger_transfer e WHERE e.pending_id = p.id);
    UPDATE ledger_account a
       SET balance_minor = m.balance, last_posted_at = m.last, held_minor = m.held
      FROM (SELECT account,
                   max(at) FILTER (WHERE sign < 0 OR phase IN ('single', 'post')) AS last,
                   sum(sign * amount) FILTER (WHERE phase IN ('single', 'post')) AS balance,
                   coalesce((SELECT sum(amount_minor) FROM ledger_hold
                              WHERE debit_account_id = account), 0) AS held
              FROM (SELECT credit_account_id, 1, amount_minor, posted_at, phase
                      FROM ledger_transfer
                     UNION ALL
                    SELECT debit_account_id, -1, amount_minor, posted_at, phase
                      FROM ledger_transfer) AS s (account, sign, amount, at, phase)
             GROUP BY account) m
     WHERE a.id = m.account AND NOT a.may_go_negative;
    UPDATE merchants_merchantbalance SET settled_until = %(began)s;
    UPDATE ledger_periodclose SET announced_until = %(ended)s, closed_until = %(ended)s;
"""
_TAKE = "SELECT ledger_take_checkpoints(%(until)s, 500)"


def main() -> None:
    """Write everything, telling how far it is."""
    transfers, wallets, stores = (int(word) for word in sys.argv[1:])
    ended = timezone.now() - timedelta(hours=1)
    facts = {"began": ended - _YEAR, "ended": ended, "step": _YEAR / transfers}
    facts |= {"wallets": wallets, "stores": stores, "currency": _CURRENCY}
    open_stores(stores)
    facts["safeguard"] = get_or_open_house_account(AccountKind.SAFEGUARD, currency=_CURRENCY)
    with psycopg.connect(
        os.environ["DATABASE_URL"], autocommit=True, cursor_factory=psycopg.ClientCursor
    ) as connection:
        run(connection, "people", _PREPARE)
        run(connection, "wallets", _PEOPLE, **facts)
        for first in range(0, transfers, _AT_ONCE):
            last = min(first + _AT_ONCE, transfers) - 1
            what = f"transfers up to {last + 1:,}"
            run(connection, what, _TRANSFERS, first=first, last=last, **facts)
        run(connection, "sales", _SALES)
        run(connection, "indexes", _INDEXES)
        run(connection, "balances", _BALANCES, **facts)
        run(connection, "vacuum", "VACUUM (ANALYZE)")
        for before in _SETTLED:
            for balance in MerchantBalance.objects.all():
                close_settlement(balance.id, cut_at=ended - before)
        for before in _CHECKPOINTS:
            run(connection, "checkpoints", _TAKE, until=ended - before)


def open_stores(count: int) -> None:
    """Open stores, five of each merchant."""
    with transaction.atomic():
        for first in range(0, count, _STORES_EACH):
            merchant = open_merchant(
                f"Merchant {first}", country="IE", time_zone="UTC", mdr_bps=60
            )
            for number in range(first, min(first + _STORES_EACH, count)):
                open_store(merchant, name=f"Store {number}", currency=_CURRENCY)


def run(
    connection: psycopg.Connection[Any], what: str, command: LiteralString, **facts: object
) -> None:
    """Run commands, telling how long they took."""
    began = time.monotonic()
    connection.execute(command, facts or None)
    print(f"  {what}: {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
