"""Why the last payer did not pay, as far as it is the shop's business."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pos", "0008_acknowledgements")]
    operations = [
        migrations.AddField(
            model_name="charge",
            name="refusal",
            field=models.CharField(
                blank=True,
                choices=[
                    ("declined", "Declined"),
                    ("insufficient_funds", "Insufficient Funds"),
                ],
                db_default="",
                default="",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="refused_at",
            field=models.DateTimeField(null=True),
        ),
    ]
