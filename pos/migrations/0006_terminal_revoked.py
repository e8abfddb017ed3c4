"""A till knows that nothing speaks for it any more, so that no charge is opened at it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pos", "0005_static_codes")]
    operations = [
        migrations.AddField(
            model_name="terminal",
            name="revoked_at",
            field=models.DateTimeField(null=True),
        )
    ]
