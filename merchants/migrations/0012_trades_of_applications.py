from django.db import migrations

_KEEP = """
    UPDATE merchants_merchant m SET trade = a.trade
      FROM merchants_application a WHERE a.merchant_id = m.id AND m.trade = ''
"""


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0011_shop_looks"),
    ]

    operations = [
        migrations.RunSQL(_KEEP, migrations.RunSQL.noop),
    ]
