from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("relay", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="language",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        )
    ]
