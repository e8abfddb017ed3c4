"""A store's tills show links, or EMVCo codes where the store has chosen so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("merchants", "0002_record_sale")]
    operations = [
        migrations.AddField(
            model_name="store",
            name="code_format",
            field=models.CharField(
                choices=[("link", "Link"), ("emv", "Emv")],
                db_default="link",
                default="link",
                max_length=4,
            ),
        ),
    ]
