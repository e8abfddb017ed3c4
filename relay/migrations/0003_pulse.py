"""When each recurring job was last done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("relay", "0002_record_event")]

    operations = [
        migrations.CreateModel(
            name="Pulse",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("beaten_at", models.DateTimeField()),
                ("note", models.CharField(blank=True, max_length=140)),
            ],
        ),
    ]
