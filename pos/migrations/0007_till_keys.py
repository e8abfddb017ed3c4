"""A till's key changes, and the shop sees when it was used on two devices."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pos", "0006_terminal_revoked")]
    operations = [
        migrations.AddField("terminal", "copied_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "terminaltoken",
            "previous_digest",
            models.BinaryField(max_length=32, null=True, unique=True),
        ),
        migrations.AddField("terminaltoken", "rotated_at", models.DateTimeField(null=True)),
        migrations.AddField("terminaltoken", "used_at", models.DateTimeField(null=True)),
    ]
