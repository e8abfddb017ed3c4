"""Balances at any instant: checkpoints of busy accounts, and sums of what came after.

A checkpoint holds what an account was debited and credited up to a closed instant. Taking
one asks which accounts were posted to since the last round; a BRIN index finds those
transfers, because they lie on disk nearly in the order of their instants.
"""

from importlib import import_module

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# Whoever holds it is taking checkpoints; the seals' is 0x5EA1.
LOCK = 0xC4EC
CREATE = f"""
DROP FUNCTION ledger_sum_balance(uuid);

CREATE FUNCTION ledger_turnover(account uuid, until timestamptz DEFAULT 'infinity')
RETURNS TABLE (debited numeric, credited numeric) LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT coalesce(c.debited_minor, 0) + coalesce(d.minor, 0),
           coalesce(c.credited_minor, 0) + coalesce(k.minor, 0)
      FROM (SELECT 1) AS one
      LEFT JOIN LATERAL (
          SELECT * FROM ledger_checkpoint p
           WHERE p.account_id = account AND p.taken_at <= until
           ORDER BY p.taken_at DESC LIMIT 1) c ON true
      LEFT JOIN LATERAL (
          SELECT sum(t.amount_minor) AS minor FROM ledger_transfer t
           WHERE t.debit_account_id = account AND t.phase IN ('single', 'post')
             AND t.posted_at > coalesce(c.taken_at, '-infinity')
             AND t.posted_at <= until) d ON true
      LEFT JOIN LATERAL (
          SELECT sum(t.amount_minor) AS minor FROM ledger_transfer t
           WHERE t.credit_account_id = account AND t.phase IN ('single', 'post')
             AND t.posted_at > coalesce(c.taken_at, '-infinity')
             AND t.posted_at <= until) k ON true
$$;

CREATE FUNCTION ledger_sum_balance(account uuid, until timestamptz DEFAULT 'infinity')
RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT CASE a.normal_side WHEN 'credit' THEN t.credited - t.debited
                              ELSE t.debited - t.credited END
      FROM ledger_account a, LATERAL ledger_turnover(a.id, until) t
     WHERE a.id = account
$$;

-- What may be spent now: holds that went over their time hold nothing.
CREATE FUNCTION ledger_read_available(account uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT a.balance_minor - a.held_minor + CASE WHEN a.held_minor = 0 THEN 0 ELSE (
               SELECT coalesce(sum(h.amount_minor), 0)::bigint FROM ledger_hold h
                WHERE h.expires_at <= clock_timestamp()
                  AND ((a.normal_side = 'credit' AND h.debit_account_id = a.id)
                       OR (a.normal_side = 'debit' AND h.credit_account_id = a.id))) END
      FROM ledger_account a WHERE a.id = account
$$;

-- Takes a checkpoint of each account with at least `tail_min` transfers on one side since
-- its last one. `until` has to be closed.
CREATE FUNCTION ledger_take_checkpoints(until timestamptz, tail_min int)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    since timestamptz;
    taken bigint;
BEGIN
    -- Not by locking the horizon's row, or nobody could close the books meanwhile.
    IF NOT pg_try_advisory_xact_lock({LOCK}) THEN
        RETURN 0;
    END IF;
    SELECT h.checkpointed_until INTO since FROM ledger_horizon h
     WHERE h.closed_until >= until;
    IF NOT FOUND OR since >= until THEN
        RETURN 0;
    END IF;
    since := coalesce(since, '-infinity');
    INSERT INTO ledger_checkpoint (account_id, taken_at, debited_minor, credited_minor)
    SELECT b.account, until, t.debited, t.credited
      FROM (SELECT t.debit_account_id AS account FROM ledger_transfer t
             WHERE t.posted_at > since AND t.posted_at <= until
             UNION
            SELECT t.credit_account_id FROM ledger_transfer t
             WHERE t.posted_at > since AND t.posted_at <= until) b
     CROSS JOIN LATERAL (
           SELECT coalesce(max(p.taken_at), '-infinity') AS at FROM ledger_checkpoint p
            WHERE p.account_id = b.account) c
     CROSS JOIN LATERAL ledger_turnover(b.account, until) t
     WHERE (SELECT count(*) FROM (
                SELECT 1 FROM ledger_transfer t
                 WHERE t.debit_account_id = b.account
                   AND t.posted_at > c.at AND t.posted_at <= until LIMIT tail_min) d)
           = tail_min
        OR (SELECT count(*) FROM (
                SELECT 1 FROM ledger_transfer t
                 WHERE t.credit_account_id = b.account
                   AND t.posted_at > c.at AND t.posted_at <= until LIMIT tail_min) d)
           = tail_min;
    GET DIAGNOSTICS taken = ROW_COUNT;
    UPDATE ledger_horizon SET checkpointed_until = until;
    RETURN taken;
END $$;

CREATE TRIGGER ledger_checkpoint_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
"""  # noqa: S608 - a number
BEFORE = import_module("ledger.migrations.0003_posting").CREATE
DROP = f"""
DROP TRIGGER ledger_checkpoint_append_only ON ledger_checkpoint;
DROP FUNCTION ledger_take_checkpoints(timestamptz, int);
DROP FUNCTION ledger_read_available(uuid);
DROP FUNCTION ledger_sum_balance(uuid, timestamptz);
DROP FUNCTION ledger_turnover(uuid, timestamptz);
{BEFORE[BEFORE.index("CREATE FUNCTION ledger_sum_balance") :]}
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_post_batches")]

    operations = [
        migrations.AddField(
            model_name="horizon",
            name="checkpointed_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["posted_at"], name="ledger_transfer_posted_at"
            ),
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "taken_at",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("taken_at", models.DateTimeField()),
                ("debited_minor", models.DecimalField(decimal_places=0, max_digits=40)),
                ("credited_minor", models.DecimalField(decimal_places=0, max_digits=40)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
