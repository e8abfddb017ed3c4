"""People are found by the words of their names: the console searches so."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0005_dashboard_sessions"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX identity_user_words ON identity_user"
            " USING gin (to_tsvector('simple', name))",
            "DROP INDEX identity_user_words",
        ),
    ]
