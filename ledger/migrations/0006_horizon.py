"""The horizon: an instant before which no transfer will be posted any more.

A transfer's instant is taken while its transaction runs, so by itself a transfer of this
morning may become visible this noon. Posting therefore never takes an instant up to
`announced_until`, and once every transaction has ended that may not have seen the
announcement, everything up to it is final: `closed_until`. Balances, checkpoints and
seals of the past rest on that and on no clock that runs forward.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_two_phase")]

    operations = [
        migrations.CreateModel(
            name="Horizon",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("announced_until", models.DateTimeField(null=True)),
                ("closed_until", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="ledger_horizon_one_row"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closed_until__lte", models.F("announced_until"))),
                        name="ledger_horizon_announced_first",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "INSERT INTO ledger_horizon (id) VALUES (1)", "DELETE FROM ledger_horizon"
        ),
    ]
