from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0002_verifications"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="verification",
            index=models.Index(
                fields=["address", "purpose", "created_at"],
                name="identity_verification_address",
            ),
        ),
        migrations.AddIndex(
            model_name="verification",
            index=models.Index(fields=["created_at"], name="identity_verification_created"),
        ),
    ]
