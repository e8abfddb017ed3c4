"""Lines with a discount and a note of their own, discounts, and parked carts."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0001_initial"),
        ("pos", "0002_catalogue"),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("most_bps", models.PositiveIntegerField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChargeDiscount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(null=True)),
                ("name", models.CharField(blank=True, max_length=80)),
                ("percent_bps", models.PositiveIntegerField(null=True)),
                ("amount_minor", models.BigIntegerField()),
                ("reason", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "ordering": [models.OrderBy(models.F("position"), nulls_last=True)],
            },
        ),
        migrations.CreateModel(
            name="DiscountCap",
            fields=[
                (
                    "store",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="merchants.store",
                    ),
                ),
                ("most_bps", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="DiscountReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=40)),
                ("percent_bps", models.PositiveIntegerField(null=True)),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="ParkedCart",
            fields=[
                ("percent_bps", models.PositiveIntegerField(null=True)),
                ("discount_minor", models.BigIntegerField(null=True)),
                ("discount_reason", models.CharField(blank=True, max_length=80)),
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=40)),
                ("typed_minor", models.BigIntegerField()),
                ("total_minor", models.BigIntegerField()),
                (
                    "parked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("taken_at", models.DateTimeField(null=True)),
                ("taken_key", models.UUIDField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ParkedLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("percent_bps", models.PositiveIntegerField(null=True)),
                ("discount_minor", models.BigIntegerField(null=True)),
                ("discount_reason", models.CharField(blank=True, max_length=80)),
                ("position", models.PositiveSmallIntegerField()),
                ("quantity", models.PositiveSmallIntegerField()),
                ("unit_price_minor", models.BigIntegerField()),
                ("note", models.CharField(blank=True, max_length=140)),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.AddField(
            model_name="chargeline",
            name="discount_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="chargeline",
            name="note",
            field=models.CharField(blank=True, db_default="", default="", max_length=140),
        ),
        migrations.AddConstraint(
            model_name="chargeline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("discount_minor__gte", 0),
                    (
                        "discount_minor__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("quantity"), "*", models.F("unit_price_minor")
                        ),
                    ),
                ),
                name="pos_line_discount_within_price",
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="cashier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="merchants.staffmember",
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="charge",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pos.charge",
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="manager",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="merchants.staffmember",
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="terminal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="pos.terminal"
            ),
        ),
        migrations.AddField(
            model_name="chargediscount",
            name="allowed_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="merchants.staffmember",
            ),
        ),
        migrations.AddField(
            model_name="chargediscount",
            name="charge",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="discounts",
                to="pos.charge",
            ),
        ),
        migrations.AddField(
            model_name="chargediscount",
            name="given_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="merchants.staffmember",
            ),
        ),
        migrations.AddConstraint(
            model_name="discountcap",
            constraint=models.CheckConstraint(
                condition=models.Q(("most_bps__lte", 10000)), name="pos_cap_at_most_whole"
            ),
        ),
        migrations.AddField(
            model_name="discountreason",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="merchants.store",
            ),
        ),
        migrations.AddField(
            model_name="parkedcart",
            name="cashier",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="merchants.staffmember",
            ),
        ),
        migrations.AddField(
            model_name="parkedcart",
            name="store",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="merchants.store",
            ),
        ),
        migrations.AddField(
            model_name="parkedcart",
            name="taken_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="merchants.staffmember",
            ),
        ),
        migrations.AddField(
            model_name="parkedcart",
            name="terminal",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="pos.terminal",
            ),
        ),
        migrations.AddField(
            model_name="parkedline",
            name="cart",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="pos.parkedcart",
            ),
        ),
        migrations.AddField(
            model_name="parkedline",
            name="item",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="pos.item",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("most_bps__gt", 0), ("most_bps__lte", 20000)),
                name="pos_approval_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargediscount",
            constraint=models.UniqueConstraint(
                fields=("charge", "position"),
                name="pos_discount_once_a_line",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="chargediscount",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="pos_discount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargediscount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("percent_bps", None),
                    models.Q(("percent_bps__gt", 0), ("percent_bps__lte", 10000)),
                    _connector="OR",
                ),
                name="pos_discount_percent_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="discountreason",
            constraint=models.UniqueConstraint(
                fields=("store", "name"), name="pos_reason_once_a_store"
            ),
        ),
        migrations.AddConstraint(
            model_name="discountreason",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("percent_bps", None),
                    models.Q(("percent_bps__gt", 0), ("percent_bps__lte", 10000)),
                    _connector="OR",
                ),
                name="pos_reason_percent_in_range",
            ),
        ),
        migrations.AddIndex(
            model_name="parkedcart",
            index=models.Index(
                condition=models.Q(("removed_at", None), ("taken_at", None)),
                fields=["store", "parked_at"],
                name="pos_parked_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkedcart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_at", None), ("taken_by", None), ("taken_key", None)),
                    models.Q(
                        ("taken_at__isnull", False),
                        ("taken_by__isnull", False),
                        ("taken_key__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="pos_parked_taken_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkedcart",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken_at", None), ("removed_at", None), _connector="OR"),
                name="pos_parked_ends_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkedline",
            constraint=models.UniqueConstraint(
                fields=("cart", "position"), name="pos_parked_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="parkedline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="pos_parked_quantity_positive"
            ),
        ),
    ]
