"""Posting as it is from now on: batches, linked chains, two phases.

`ledger_post_transfer` posts one plain transfer, `ledger_post_transfers` a batch of plain
ones, `ledger_post_batch` a batch of any. All lock first: accounts that may not go negative
in key order, then holds in key order, so that batches that share some wait and never
deadlock. They run with their owner's rights: the application may call them, and has no
right of its own to write a transfer or a balance.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION ledger_post_transfer(
    id uuid, debit uuid, credit uuid, amount bigint, currency text, kind text, reference text
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    -- Taken before anything is read: who has no number yet sees the horizon as announced.
    number xid8 := pg_current_xact_id();
BEGIN
    PERFORM 1 FROM ledger_account a
      WHERE a.id IN (debit, credit) AND NOT a.may_go_negative
      ORDER BY a.id FOR NO KEY UPDATE;
    RETURN ledger_write_transfer(id, debit, credit, amount, currency, kind, reference,
                                 'single', NULL);
END $$;

-- The set-based way, for a batch in which nothing is doubtful; else one by one.
CREATE FUNCTION ledger_post_transfers(
    ids uuid[], debits uuid[], credits uuid[], amounts bigint[],
    currencies text[], kinds text[], refs text[]
) RETURNS TABLE (place int, result text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
-- Plans are kept, also those made while the tables were empty: only by index, then. And one
-- plan for all sizes, because to plan a batch of ten costs as much as to post it.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    number xid8 := pg_current_xact_id();
    given int := cardinality(ids);
    began timestamptz;
BEGIN
    PERFORM 1 FROM ledger_account a
      WHERE a.id = ANY (debits || credits) AND NOT a.may_go_negative
      ORDER BY a.id FOR NO KEY UPDATE;
    SELECT greatest(clock_timestamp(), h.announced_until) INTO began FROM ledger_horizon h;
    began := ledger_find_start(ids, debits, credits, amounts, currencies, began);

    IF began IS NOT NULL THEN
        BEGIN
            INSERT INTO ledger_transfer (
                id, debit_account_id, credit_account_id, amount_minor, currency, kind,
                reference, phase, posted_at)
            SELECT g.id, g.debit, g.credit, g.amount, g.currency, g.kind, g.reference,
                   'single', began + g.nth * interval '1 microsecond'
              FROM unnest(ids, debits, credits, amounts, currencies, kinds, refs)
                   WITH ORDINALITY
                   AS g (id, debit, credit, amount, currency, kind, reference, nth)
             -- In key order: two batches with the same ids wait and do not deadlock.
             ORDER BY g.id;
            UPDATE ledger_account a
               SET balance_minor = a.balance_minor
                                 + CASE a.normal_side WHEN 'debit' THEN n.debited - n.credited
                                   ELSE n.credited - n.debited END,
                   last_posted_at = began + n.last * interval '1 microsecond'
              FROM ledger_net(debits, credits, amounts) n
             WHERE a.id = n.account AND NOT a.may_go_negative;
            RETURN QUERY SELECT n, 'created' FROM generate_series(1, given) n;
            RETURN;
        EXCEPTION WHEN unique_violation THEN
            -- Somebody committed one of the ids between our look and our insert.
            NULL;
        END;
    END IF;

    RETURN QUERY SELECT * FROM ledger_post_batch(
        ids, debits, credits, amounts, currencies, kinds, refs,
        array_fill('single'::text, ARRAY[given]), array_fill(NULL::uuid, ARRAY[given]),
        array_fill(NULL::int, ARRAY[given]), array_fill(false, ARRAY[given]));
END $$;

-- The instant after which a batch may be posted as a whole, or null when a result may be
-- other than `created` or depends on the order, so that it has to be judged one by one.
CREATE FUNCTION ledger_find_start(
    ids uuid[], debits uuid[], credits uuid[], amounts bigint[], currencies text[],
    earliest timestamptz
) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz;
    is_clear boolean;
BEGIN
    IF EXISTS (SELECT 1 FROM ledger_transfer t WHERE t.id = ANY (ids))
       OR (SELECT count(DISTINCT i) FROM unnest(ids) i) <> cardinality(ids)
       OR EXISTS (SELECT 1 FROM unnest(debits, credits, amounts) AS g (debit, credit, amount)
                   WHERE g.debit = g.credit OR g.amount <= 0) THEN
        RETURN NULL;
    END IF;
    SELECT bool_and(
               a.id IS NOT NULL AND a.closed_at IS NULL
               AND a.currency = n.currency AND n.currencies = 1
               AND (a.may_go_negative OR (
                   a.balance_minor - a.held_minor
                       >= CASE a.normal_side WHEN 'debit' THEN n.credited ELSE n.debited END
                   AND a.balance_minor
                       + CASE a.normal_side WHEN 'debit' THEN n.debited ELSE n.credited END
                       <= 9223372036854775807))),
           greatest(earliest, max(a.last_posted_at))
      INTO is_clear, start
      FROM (SELECT s.account, min(s.currency) AS currency,
                   count(DISTINCT s.currency) AS currencies,
                   sum(s.debited) AS debited, sum(s.credited) AS credited
              FROM (SELECT u.account, u.currency, u.amount AS debited, 0 AS credited
                      FROM unnest(debits, currencies, amounts)
                           AS u (account, currency, amount)
                     UNION ALL
                    SELECT u.account, u.currency, 0, u.amount
                      FROM unnest(credits, currencies, amounts)
                           AS u (account, currency, amount)) s
             GROUP BY s.account) n
      LEFT JOIN LATERAL (SELECT * FROM ledger_account l WHERE l.id = n.account OFFSET 0) a
             ON true;
    RETURN CASE WHEN is_clear THEN start END;
END $$;

-- What a batch does to each account, and the place of the last transfer that does. On the
-- accounts that keep no balance it may be more than a bigint holds.
CREATE FUNCTION ledger_net(debits uuid[], credits uuid[], amounts bigint[])
RETURNS TABLE (account uuid, debited numeric, credited numeric, last bigint)
LANGUAGE sql IMMUTABLE ROWS 100 AS $$
    SELECT s.account, sum(s.debited), sum(s.credited), max(s.nth)
      FROM (SELECT u.account, u.amount AS debited, 0 AS credited, u.nth
              FROM unnest(debits, amounts) WITH ORDINALITY AS u (account, amount, nth)
             UNION ALL
            SELECT u.account, 0, u.amount, u.nth
              FROM unnest(credits, amounts) WITH ORDINALITY AS u (account, amount, nth)) s
     GROUP BY s.account
$$;

-- `linked` ties a transfer to the next one: a chain is posted whole or not at all.
CREATE FUNCTION ledger_post_batch(
    ids uuid[], debits uuid[], credits uuid[], amounts bigint[],
    currencies text[], kinds text[], refs text[],
    phases text[], pendings uuid[], timeouts int[], linked boolean[]
) RETURNS TABLE (place int, result text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    number xid8 := pg_current_xact_id();
    given int := cardinality(ids);
    first int := 1;
    last int;
    failed int;
    results text[];
BEGIN
    PERFORM 1 FROM ledger_account a
      WHERE a.id = ANY (debits || credits || ARRAY(
                SELECT unnest(ARRAY[t.debit_account_id, t.credit_account_id])
                  FROM ledger_transfer t WHERE t.id = ANY (pendings)))
        AND NOT a.may_go_negative
      ORDER BY a.id FOR NO KEY UPDATE;
    PERFORM 1 FROM ledger_hold h WHERE h.pending_id = ANY (pendings)
      ORDER BY h.pending_id FOR UPDATE;

    WHILE first <= given LOOP
        last := first;
        WHILE linked[last] AND last < given LOOP
            last := last + 1;
        END LOOP;
        results := array_fill('linked_transfer_failed'::text, ARRAY[last - first + 1]);
        failed := NULL;
        IF linked[last] THEN
            results[last - first + 1] := 'linked_chain_open';
        ELSIF first = last THEN
            results[1] := ledger_write_transfer(
                ids[first], debits[first], credits[first], amounts[first],
                currencies[first], kinds[first], refs[first],
                phases[first], pendings[first], timeouts[first]);
        ELSE
            BEGIN
                FOR i IN first .. last LOOP
                    failed := i - first + 1;
                    result := ledger_write_transfer(
                        ids[i], debits[i], credits[i], amounts[i],
                        currencies[i], kinds[i], refs[i],
                        phases[i], pendings[i], timeouts[i]);
                    IF result NOT IN ('created', 'exists') THEN
                        RAISE EXCEPTION USING ERRCODE = 'TL001', MESSAGE = result;
                    END IF;
                    results[failed] := result;
                END LOOP;
            EXCEPTION WHEN SQLSTATE 'TL001' THEN
                results := array_fill(
                    'linked_transfer_failed'::text, ARRAY[last - first + 1]);
                results[failed] := SQLERRM;
            END;
        END IF;
        FOR i IN first .. last LOOP
            place := i;
            result := results[i - first + 1];
            RETURN NEXT;
        END LOOP;
        first := last + 1;
    END LOOP;
END $$;
"""
DROP = """
DROP FUNCTION ledger_post_transfer(uuid, uuid, uuid, bigint, text, text, text);
DROP FUNCTION ledger_post_transfers(
    uuid[], uuid[], uuid[], bigint[], text[], text[], text[]);
DROP FUNCTION ledger_post_batch(
    uuid[], uuid[], uuid[], bigint[], text[], text[], text[], text[], uuid[], int[], boolean[]);
DROP FUNCTION ledger_find_start(
    uuid[], uuid[], uuid[], bigint[], text[], timestamptz);
DROP FUNCTION ledger_net(uuid[], uuid[], bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_judge_transfer")]
    operations = [migrations.RunSQL(CREATE, DROP)]
