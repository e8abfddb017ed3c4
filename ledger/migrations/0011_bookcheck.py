"""What came of asking every proof, each night, for people to see."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_seals")]

    operations = [
        migrations.CreateModel(
            name="BookCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("took_s", models.PositiveIntegerField()),
                ("proof_count", models.PositiveSmallIntegerField()),
                ("broken", models.TextField(blank=True)),
            ],
            options={
                "indexes": [models.Index(fields=["-began_at"], name="ledger_bookcheck_newest")],
            },
        ),
    ]
