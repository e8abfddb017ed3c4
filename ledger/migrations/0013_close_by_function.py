"""Closing the books by two functions, and by nothing else.

An instant of the horizon is obeyed by everybody who posts, so whoever may write one dates
transfers at will, and keeps them from being sealed. The application therefore may not any
more: the clock gives the instant, and PostgreSQL itself tells when it is over.
"""

from django.db import migrations, models

CREATE = """
-- From when it is committed on, posting does not go below the instant it gives.
CREATE FUNCTION ledger_announce_horizon() RETURNS timestamptz
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE ledger_horizon
       SET announced_until = greatest(clock_timestamp(), announced_until), seen_from = NULL
    RETURNING announced_until
$$;

-- Closes the books up to the announced instant, if all have ended that may not have seen it;
-- gives the instant up to which they are closed.
CREATE FUNCTION ledger_close_horizon() RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    announced timestamptz;
    seen bigint;
BEGIN
    IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
        RAISE EXCEPTION 'The books are closed by a transaction that has done nothing before.'
            USING ERRCODE = 'active_sql_transaction';
    END IF;
    SELECT h.announced_until, h.seen_from INTO announced, seen FROM ledger_horizon h;
    IF seen IS NULL THEN
        -- Taken after the announcement was seen: who has a greater number sees it too. That
        -- of who announced would not do, because it may have waited in line to announce.
        UPDATE ledger_horizon h SET seen_from = pg_current_xact_id()::text::bigint
         WHERE h.announced_until = announced AND h.seen_from IS NULL
        RETURNING h.seen_from INTO seen;
    END IF;
    UPDATE ledger_horizon h SET closed_until = greatest(announced, h.closed_until)
     WHERE seen <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint
       AND (h.closed_until >= announced) IS NOT TRUE;
    RETURN (SELECT h.closed_until FROM ledger_horizon h);
END $$;
"""
DROP = """
DROP FUNCTION ledger_close_horizon();
DROP FUNCTION ledger_announce_horizon();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0012_open_empty")]

    operations = [
        migrations.AddField(
            model_name="horizon",
            name="seen_from",
            field=models.BigIntegerField(null=True),
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
