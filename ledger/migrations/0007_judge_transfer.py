"""One transfer: judged and written, of any phase, under locks that the caller holds.

Under those locks what was read stays true, so a transfer is judged before it is inserted
and nothing is undone.
"""

from importlib import import_module

from django.db import migrations

CREATE = """
DROP FUNCTION ledger_post_transfers(
    uuid[], uuid[], uuid[], bigint[], text[], text[], text[]);
DROP FUNCTION ledger_compare_transfer(
    ledger_transfer, uuid, uuid, bigint, text, text, text);
DROP FUNCTION ledger_would_overdraw(ledger_account, int, bigint);

-- Judges and writes one; the caller holds the locks.
CREATE FUNCTION ledger_write_transfer(
    given uuid, debit_id uuid, credit_id uuid, amount bigint,
    currency text, kind text, reference text,
    phase text, pending uuid, timeout_s int DEFAULT NULL
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    known ledger_transfer;
    debit ledger_account;
    credit ledger_account;
    refusal text;
BEGIN
    SELECT * INTO known FROM ledger_transfer t WHERE t.id = given;
    IF FOUND THEN
        RETURN ledger_compare_transfer(known, debit_id, credit_id, amount, currency, kind,
                                       reference, phase, pending, timeout_s);
    END IF;
    IF pending IS NOT NULL THEN
        RETURN ledger_end_pending(given, debit_id, credit_id, amount, currency, kind,
                                  reference, phase, pending);
    END IF;

    SELECT * INTO debit FROM ledger_account a WHERE a.id = debit_id;
    SELECT * INTO credit FROM ledger_account a WHERE a.id = credit_id;
    refusal := CASE
        WHEN debit.id IS NULL THEN 'debit_account_not_found'
        WHEN credit.id IS NULL THEN 'credit_account_not_found'
        WHEN debit.id = credit.id THEN 'accounts_must_be_different'
        WHEN amount <= 0 THEN 'amount_must_be_positive'
        WHEN timeout_s <= 0 THEN 'timeout_must_be_positive'
        WHEN debit.currency <> currency OR credit.currency <> currency
            THEN 'currency_mismatch'
        WHEN debit.closed_at IS NOT NULL THEN 'debit_account_closed'
        WHEN credit.closed_at IS NOT NULL THEN 'credit_account_closed'
        WHEN ledger_would_overdraw(debit, 'debit', amount)
          OR ledger_would_overdraw(credit, 'credit', amount) THEN 'insufficient_funds'
        WHEN phase = 'single' AND (ledger_would_overflow(debit, 'debit', amount)
                                   OR ledger_would_overflow(credit, 'credit', amount))
            THEN 'balance_would_overflow'
    END;
    IF refusal IS NOT NULL THEN
        RETURN refusal;
    END IF;
    IF debit.held_minor > 0 OR credit.held_minor > 0 THEN
        -- A hold may just have been ended, and posting follows on that.
        SELECT * INTO debit FROM ledger_account a WHERE a.id = debit_id;
        SELECT * INTO credit FROM ledger_account a WHERE a.id = credit_id;
    END IF;
    RETURN ledger_insert_transfer(given, debit, credit, amount, currency, kind, reference,
                                  phase, NULL, timeout_s, 0);
END $$;

-- Writes one that was judged. `released` is what a hold gives back first.
CREATE FUNCTION ledger_insert_transfer(
    given uuid, debit ledger_account, credit ledger_account, amount bigint,
    currency text, kind text, reference text,
    phase text, pending uuid, timeout_s int, released bigint
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    known ledger_transfer;
    instant timestamptz;
    moved bigint := CASE WHEN phase IN ('single', 'post') THEN amount ELSE 0 END;
    held bigint := CASE phase WHEN 'pending' THEN amount ELSE -released END;
BEGIN
    INSERT INTO ledger_transfer AS t (
        id, debit_account_id, credit_account_id, amount_minor, currency, kind, reference,
        phase, pending_id, posted_at, expires_at)
    SELECT given, debit.id, credit.id, amount, currency, kind, reference,
           phase, pending, i, CASE WHEN phase = 'pending' THEN i + timeout_s * interval '1 s' END
      FROM (SELECT greatest(clock_timestamp(), h.announced_until, debit.last_posted_at,
                            credit.last_posted_at) + interval '1 microsecond' AS i
              FROM ledger_horizon h) AS clock
    ON CONFLICT (id) DO NOTHING
    RETURNING t.posted_at INTO instant;
    IF NOT FOUND THEN
        -- Somebody committed the same id between our look and our insert.
        SELECT * INTO known FROM ledger_transfer t WHERE t.id = given;
        ASSERT FOUND, 'The horizon has no row.';
        RETURN ledger_compare_transfer(known, debit.id, credit.id, amount, currency, kind,
                                       reference, phase, pending, timeout_s);
    END IF;

    IF phase = 'pending' THEN
        INSERT INTO ledger_hold (pending_id, debit_account_id, credit_account_id,
                                 amount_minor, expires_at)
        VALUES (given, debit.id, credit.id, amount, instant + timeout_s * interval '1 s');
    END IF;
    -- Where nothing changes nothing is written: who frees a wallet's overdue holds has locked
    -- that wallet, and not those that the money was held for.
    IF NOT debit.may_go_negative AND (moved > 0 OR debit.normal_side = 'credit') THEN
        UPDATE ledger_account a
           SET balance_minor = a.balance_minor
                             + CASE a.normal_side WHEN 'debit' THEN moved ELSE -moved END,
               held_minor = a.held_minor + CASE a.normal_side WHEN 'debit' THEN 0 ELSE held END,
               last_posted_at = greatest(a.last_posted_at, instant)
         WHERE a.id = debit.id;
    END IF;
    IF NOT credit.may_go_negative AND (moved > 0 OR credit.normal_side = 'debit') THEN
        UPDATE ledger_account a
           SET balance_minor = a.balance_minor
                             + CASE a.normal_side WHEN 'credit' THEN moved ELSE -moved END,
               held_minor = a.held_minor + CASE a.normal_side WHEN 'credit' THEN 0 ELSE held END,
               last_posted_at = greatest(a.last_posted_at, instant)
         WHERE a.id = credit.id;
    END IF;
    RETURN 'created';
END $$;

-- Posts, voids or expires a pending transfer.
CREATE FUNCTION ledger_end_pending(
    given uuid, debit_id uuid, credit_id uuid, amount bigint,
    currency text, kind text, reference text, phase text, pending uuid
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    p ledger_transfer;
    hold ledger_hold;
    debit ledger_account;
    credit ledger_account;
    outcome text;
    is_over boolean;
BEGIN
    SELECT * INTO p FROM ledger_transfer t WHERE t.id = pending;
    -- Locked once more: the caller could not lock what was committed after it had looked.
    SELECT * INTO hold FROM ledger_hold h WHERE h.pending_id = pending FOR UPDATE;
    is_over := hold.expires_at <= clock_timestamp();
    outcome := CASE
        WHEN given = pending THEN 'pending_id_must_be_different'
        WHEN p.id IS NULL THEN 'pending_transfer_not_found'
        WHEN p.phase <> 'pending' THEN 'pending_transfer_not_pending'
        WHEN debit_id <> p.debit_account_id
            THEN 'pending_transfer_has_different_debit_account'
        WHEN credit_id <> p.credit_account_id
            THEN 'pending_transfer_has_different_credit_account'
        WHEN currency <> p.currency THEN 'pending_transfer_has_different_currency'
        WHEN amount <= 0 THEN 'amount_must_be_positive'
        WHEN amount > p.amount_minor THEN 'exceeds_pending_transfer_amount'
        WHEN amount < p.amount_minor AND phase <> 'post'
            THEN 'pending_transfer_has_different_amount'
        WHEN hold.pending_id IS NULL THEN (
            SELECT CASE e.phase WHEN 'post' THEN 'pending_transfer_already_posted'
                                WHEN 'void' THEN 'pending_transfer_already_voided'
                                ELSE 'pending_transfer_expired' END
              FROM ledger_transfer e WHERE e.pending_id = pending)
        WHEN phase = 'expire' AND is_over IS NOT TRUE THEN 'pending_transfer_not_expired'
        WHEN phase <> 'expire' AND is_over THEN 'pending_transfer_expired'
    END;
    IF outcome IS NOT NULL THEN
        RETURN outcome;
    END IF;

    SELECT * INTO debit FROM ledger_account a WHERE a.id = p.debit_account_id;
    SELECT * INTO credit FROM ledger_account a WHERE a.id = p.credit_account_id;
    IF phase = 'post' THEN
        outcome := CASE
            WHEN debit.closed_at IS NOT NULL THEN 'debit_account_closed'
            WHEN credit.closed_at IS NOT NULL THEN 'credit_account_closed'
            WHEN ledger_would_overflow(debit, 'debit', coalesce(amount, p.amount_minor))
              OR ledger_would_overflow(credit, 'credit', coalesce(amount, p.amount_minor))
                THEN 'balance_would_overflow'
        END;
        IF outcome IS NOT NULL THEN
            RETURN outcome;
        END IF;
    END IF;
    -- It follows on the pending one, also where neither account keeps its last instant.
    debit.last_posted_at := greatest(debit.last_posted_at, p.posted_at);
    outcome := ledger_insert_transfer(
        given, debit, credit, coalesce(amount, p.amount_minor), p.currency::text,
        coalesce(kind, p.kind), coalesce(reference, p.reference),
        phase, pending, NULL, p.amount_minor);
    IF outcome = 'created' THEN
        DELETE FROM ledger_hold h WHERE h.pending_id = pending;
    END IF;
    RETURN outcome;
END $$;

-- Holds a transfer that is there against one that is asked for again. What the end of a
-- pending transfer left out, it took from that one.
CREATE FUNCTION ledger_compare_transfer(
    known ledger_transfer, debit uuid, credit uuid, amount bigint,
    currency text, kind text, reference text, phase text, pending uuid, timeout_s int
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    p ledger_transfer;
BEGIN
    SELECT * INTO p FROM ledger_transfer t WHERE t.id = pending;
    RETURN CASE
        WHEN known.phase <> phase THEN 'exists_with_different_phase'
        WHEN known.pending_id <> pending THEN 'exists_with_different_pending_id'
        WHEN known.debit_account_id <> debit THEN 'exists_with_different_debit_account'
        WHEN known.credit_account_id <> credit THEN 'exists_with_different_credit_account'
        WHEN known.amount_minor <> coalesce(amount, p.amount_minor)
            THEN 'exists_with_different_amount'
        WHEN known.currency <> currency THEN 'exists_with_different_currency'
        WHEN known.kind <> coalesce(kind, p.kind) THEN 'exists_with_different_kind'
        WHEN known.reference <> coalesce(reference, p.reference)
            THEN 'exists_with_different_reference'
        WHEN known.phase = 'pending' AND known.expires_at
             IS DISTINCT FROM known.posted_at + timeout_s * interval '1 s'
            THEN 'exists_with_different_timeout'
        ELSE 'exists'
    END;
END $$;

-- What went over its time is free again, whether or not a sweep has been by. The caller
-- holds the account's lock, and so nobody else ends a hold on it.
CREATE FUNCTION ledger_would_overdraw(account ledger_account, side text, amount bigint)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF account.may_go_negative OR account.normal_side = side
       OR account.balance_minor - account.held_minor >= amount THEN
        RETURN false;
    END IF;
    IF account.held_minor = 0 THEN
        RETURN true;
    END IF;
    PERFORM ledger_free_overdue(account.id, side);
    RETURN (SELECT a.balance_minor - a.held_minor < amount
              FROM ledger_account a WHERE a.id = account.id);
END $$;

CREATE FUNCTION ledger_free_overdue(account uuid, side text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    overdue uuid;
BEGIN
    FOR overdue IN
        SELECT h.pending_id FROM ledger_hold h
         WHERE ((side = 'debit' AND h.debit_account_id = account)
                OR (side = 'credit' AND h.credit_account_id = account))
           AND h.expires_at <= clock_timestamp()
         ORDER BY h.pending_id
    LOOP
        PERFORM ledger_end_pending(gen_random_uuid(), NULL, NULL, NULL, NULL, NULL, NULL,
                                   'expire', overdue);
    END LOOP;
END $$;

CREATE FUNCTION ledger_would_overflow(account ledger_account, side text, amount bigint)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT NOT account.may_go_negative AND account.normal_side = side
       AND account.balance_minor > 9223372036854775807 - amount
$$;
"""
DROP = """
DROP FUNCTION ledger_write_transfer(
    uuid, uuid, uuid, bigint, text, text, text, text, uuid, int);
DROP FUNCTION ledger_insert_transfer(
    uuid, ledger_account, ledger_account, bigint, text, text, text, text, uuid, int, bigint);
DROP FUNCTION ledger_end_pending(
    uuid, uuid, uuid, bigint, text, text, text, text, uuid);
DROP FUNCTION ledger_compare_transfer(
    ledger_transfer, uuid, uuid, bigint, text, text, text, text, uuid, int);
DROP FUNCTION ledger_would_overdraw(ledger_account, text, bigint);
DROP FUNCTION ledger_free_overdue(uuid, text);
DROP FUNCTION ledger_would_overflow(ledger_account, text, bigint);
DROP FUNCTION ledger_sum_balance(uuid);
"""
BEFORE = import_module("ledger.migrations.0003_posting").CREATE


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_horizon")]
    operations = [migrations.RunSQL(CREATE, DROP + BEFORE)]
