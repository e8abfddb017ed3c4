from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0004_applications"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                fields=["email", "created_at"], name="merchants_application_email"
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["created_at"], name="merchants_application_created"),
        ),
    ]
