-- Post a batch of transfers of any phase. `linked` ties a transfer to the next one: a chain is
-- posted whole or not at all. Accounts that may not go negative are locked first, in key order,
-- then holds in key order, so that batches that share some wait and never deadlock.
CREATE OR REPLACE FUNCTION ledger_post_batch(
    ids uuid[], debits uuid[], credits uuid[], amounts bigint[], currencies text[],
    kinds text[], refs text[], phases text[], pendings uuid[], timeouts int[],
    linked boolean[]
) RETURNS TABLE (place int, result ledger_result)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    number xid8 := pg_current_xact_id();
    given int := cardinality(ids);
    first int := 1;
    last int;
    failed int;
    results ledger_result[];
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
        results := array_fill('linked_transfer_failed'::ledger_result, ARRAY[last - first + 1]);
        failed := NULL;
        IF linked[last] THEN
            results[last - first + 1] := 'linked_chain_open';
        ELSIF first = last THEN
            results[1] := ledger_write_transfer(
                given => ids[first], debit_id => debits[first], credit_id => credits[first],
                amount => amounts[first], currency => currencies[first], kind => kinds[first],
                reference => refs[first], phase => phases[first], pending => pendings[first],
                timeout_s => timeouts[first]);
        ELSE
            BEGIN
                FOR i IN first .. last LOOP
                    failed := i - first + 1;
                    result := ledger_write_transfer(
                        given => ids[i], debit_id => debits[i], credit_id => credits[i],
                        amount => amounts[i], currency => currencies[i], kind => kinds[i],
                        reference => refs[i], phase => phases[i], pending => pendings[i],
                        timeout_s => timeouts[i]);
                    IF result NOT IN ('created', 'exists') THEN
                        RAISE EXCEPTION USING ERRCODE = 'TL001';
                    END IF;
                    results[failed] := result;
                END LOOP;
            EXCEPTION WHEN SQLSTATE 'TL001' THEN
                results := array_fill(
                    'linked_transfer_failed'::ledger_result, ARRAY[last - first + 1]);
                results[failed] := result;
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
