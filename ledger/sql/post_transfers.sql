-- Post a batch of plain transfers, set-based when no result is in doubt, else one by one. Plans
-- are kept, also those made while the tables were empty, so only index plans are allowed, and
-- one generic plan for all sizes, because planning a batch of ten costs as much as posting it.
-- Without jit, because up to PostgreSQL 17 reading the one row of ledger_periodclose counts as hugely
-- expensive and is compiled: 90 ms for a batch that is posted in 2.
CREATE OR REPLACE FUNCTION ledger_post_transfers(
    ids uuid[], debits uuid[], credits uuid[], amounts bigint[], currencies text[],
    kinds text[], refs text[]
) RETURNS TABLE (place int, result ledger_result)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    number xid8 := pg_current_xact_id();
    given int := cardinality(ids);
    began timestamptz;
BEGIN
    PERFORM 1 FROM ledger_account a
      WHERE a.id = ANY (debits || credits) AND NOT a.may_go_negative
      ORDER BY a.id FOR NO KEY UPDATE;
    SELECT greatest(clock_timestamp(), h.announced_until) INTO began FROM ledger_periodclose h;
    began := ledger_find_start(
        ids => ids, debits => debits, credits => credits, amounts => amounts,
        currencies => currencies, earliest => began);

    IF began IS NOT NULL AND ledger_are_charted(debits, credits, kinds) THEN
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
            RETURN QUERY SELECT n, 'created'::ledger_result FROM generate_series(1, given) n;
            RETURN;
        EXCEPTION WHEN unique_violation THEN
            -- Somebody committed one of the ids between our look and our insert.
            NULL;
        END;
    END IF;

    RETURN QUERY SELECT * FROM ledger_post_batch(
        ids => ids, debits => debits, credits => credits, amounts => amounts,
        currencies => currencies, kinds => kinds, refs => refs,
        phases => array_fill('single'::text, ARRAY[given]),
        pendings => array_fill(NULL::uuid, ARRAY[given]),
        timeouts => array_fill(NULL::int, ARRAY[given]),
        linked => array_fill(false, ARRAY[given]));
END $$;
