"""Shops are found by the words of their names and by VAT number: the console searches so."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0009_adjusted_settlements"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX merchants_merchant_words ON merchants_merchant"
            " USING gin (to_tsvector('simple', name))",
            "DROP INDEX merchants_merchant_words",
        ),
        migrations.RunSQL(
            "CREATE INDEX merchants_application_words ON merchants_application"
            " USING gin (to_tsvector('simple', legal_name))",
            "DROP INDEX merchants_application_words",
        ),
        migrations.RunSQL(
            "CREATE INDEX merchants_application_vat ON merchants_application (vat_number)"
            " WHERE vat_number <> ''",
            "DROP INDEX merchants_application_vat",
        ),
    ]
