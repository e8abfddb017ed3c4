from django.db import migrations, models

_COPY = """
    INSERT INTO identity_tries (subject, scope, count, locked_until)
    SELECT id, 'sign-in', pin_failed_count, pin_locked_until
      FROM identity_user
     WHERE pin_failed_count > 0
"""


class Migration(migrations.Migration):
    """Count wrong tries for each place where they are made, instead of for the person."""

    dependencies = [("identity", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Tries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.UUIDField()),
                ("scope", models.CharField(max_length=80)),
                ("count", models.PositiveSmallIntegerField()),
                ("locked_until", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject", "scope"), name="identity_tries_one_a_place"
                    )
                ]
            },
        ),
        migrations.RunSQL(_COPY, migrations.RunSQL.noop),
        migrations.RemoveConstraint("user", "identity_user_five_pin_tries"),
        migrations.RemoveField("user", "pin_failed_count"),
        migrations.RemoveField("user", "pin_locked_until"),
    ]
