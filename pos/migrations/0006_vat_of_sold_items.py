"""Keep with each sold item the rate of VAT that it had then."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pos", "0005_item_barcode_vat"),
    ]

    operations = [
        migrations.AddField(
            model_name="chargeline",
            name="vat_bps",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
