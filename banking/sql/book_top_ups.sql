-- Look at these entries, and book those that say the reference of an announced top-up, each by
-- one transfer under its own id; none to an account of `but`. Whatever names an order, is in
-- doubt or is refused by the ledger stays for `banking/booking.py`. `accounts` are those that got
-- money, and `letters` the expectations whose owners want to be told of the first arrival. The
-- caller holds the lock that one banker has at a time. Plans are kept, also those made while the
-- tables were empty, so only index plans are allowed, and unnested arrays are never joined with
-- each other.
CREATE OR REPLACE FUNCTION banking_book_top_ups(
    entries uuid[], but uuid[], OUT booked int, OUT accounts uuid[], OUT letters uuid[]
)
LANGUAGE plpgsql
SET jit = off
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    found uuid[];
    safeguards uuid[];
    credits uuid[];
    amounts bigint[];
    currencies text[];
    refs text[];
    announced uuid[];
    results ledger_result[];
BEGIN
    booked := 0;
    SELECT array_agg(k.id ORDER BY k.id), array_agg(k.safeguard ORDER BY k.id),
           array_agg(k.credit ORDER BY k.id), array_agg(k.amount_minor ORDER BY k.id),
           array_agg(k.currency ORDER BY k.id), array_agg(k.reference ORDER BY k.id),
           array_agg(k.announced ORDER BY k.id)
      INTO found, safeguards, credits, amounts, currencies, refs, announced
      FROM (SELECT e.id, s.id AS safeguard, x.credit_account_id AS credit, e.amount_minor,
                   e.currency, x.reference, x.id AS announced
              FROM unnest(entries) AS g (id),
                   LATERAL (SELECT * FROM banking_entry f WHERE f.id = g.id OFFSET 0) e,
                   LATERAL (SELECT * FROM banking_expectation f
                             WHERE f.reference = e.creditor_reference
                               AND f.currency = e.currency OFFSET 0) x
              JOIN ledger_account s ON s.kind = 'safeguard' AND s.currency = x.currency
             WHERE e.posted_at IS NULL AND x.credit_account_id <> ALL (but)
               AND e.amount_minor > 0 AND NOT e.is_reversal AND NOT e.is_lump
               AND NOT starts_with(e.end_to_end_id, 'P')) k;
    IF found IS NULL THEN
        RETURN;
    END IF;
    SELECT array_agg(p.result ORDER BY p.place) INTO results
      FROM ledger_post_transfers(
               ids => found, debits => safeguards, credits => credits, amounts => amounts,
               currencies => currencies, refs => refs,
               kinds => array_fill('top_up'::text, ARRAY[cardinality(found)])) p;

    UPDATE banking_entry e
       SET posted_at = clock_timestamp(), posted_as = 'top_up', expectation_id = g.announced
      FROM unnest(found, announced, results) AS g (id, announced, result)
     WHERE e.id = g.id AND g.result IN ('created', 'exists');
    GET DIAGNOSTICS booked = ROW_COUNT;
    WITH arrived AS (
        UPDATE banking_expectation x SET arrived_at = clock_timestamp()
          FROM (SELECT DISTINCT u.announced
                  FROM unnest(announced, results) AS u (announced, result)
                 WHERE u.result IN ('created', 'exists')) g
         WHERE x.id = g.announced AND x.arrived_at IS NULL
        RETURNING x.id, x.wants_letter)
    SELECT coalesce(array_agg(a.id) FILTER (WHERE a.wants_letter), '{}') INTO letters
      FROM arrived a;
    accounts := ARRAY(
        SELECT DISTINCT u.credit FROM unnest(credits, results) AS u (credit, result)
         WHERE u.result IN ('created', 'exists'));
END $$;
