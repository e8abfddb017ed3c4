"""A store may be closed, and takes no new charges then."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("merchants", "0003_code_format")]
    operations = [
        migrations.AddField(
            model_name="store", name="closed_at", field=models.DateTimeField(null=True)
        ),
    ]
