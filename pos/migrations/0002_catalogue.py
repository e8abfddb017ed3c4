import django.db.models.deletion
import django.db.models.functions.datetime
import uuid6
from django.db import migrations, models

# Each category in the place of its first item, as tills have shown them.
_NAME_ROWS = """
    INSERT INTO pos_category (id, store_id, name, color, position)
    SELECT gen_random_uuid(), store_id, category_name, '',
           row_number() OVER (PARTITION BY store_id ORDER BY min(position), category_name)
      FROM pos_item WHERE category_name <> '' GROUP BY store_id, category_name;
    UPDATE pos_item item SET category_id = category.id
      FROM pos_category category
     WHERE category.store_id = item.store_id AND category.name = item.category_name;
    SET CONSTRAINTS ALL IMMEDIATE;
"""
_ROWS_TO_NAMES = """
    UPDATE pos_item item SET category_name = category.name
      FROM pos_category category WHERE category.id = item.category_id;
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0001_initial"),
        ("pos", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                (
                    "color",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None"),
                            ("jade", "Green"),
                            ("amber", "Yellow"),
                            ("seal", "Red"),
                            ("blue", "Blue"),
                        ],
                        db_default="",
                        default="",
                        max_length=5,
                    ),
                ),
                ("position", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ItemImport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("file_name", models.CharField(max_length=120)),
                ("source", models.BinaryField()),
                ("language", models.CharField(max_length=15)),
                (
                    "sent_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("checked_at", models.DateTimeField(null=True)),
                ("wanted_at", models.DateTimeField(null=True)),
                ("applied_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                (
                    "refusal",
                    models.CharField(blank=True, db_default="", default="", max_length=400),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("leased_until", models.DateTimeField(null=True)),
                ("done_count", models.PositiveIntegerField(default=0)),
                ("all_count", models.PositiveIntegerField(default=0)),
                ("new_count", models.PositiveIntegerField(default=0)),
                ("changed_count", models.PositiveIntegerField(default=0)),
                ("same_count", models.PositiveIntegerField(default=0)),
                ("bad_count", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ItemImportProblem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                ("column", models.CharField(max_length=60)),
                ("words", models.CharField(max_length=400)),
            ],
            options={
                "ordering": ["line", "id"],
            },
        ),
        migrations.CreateModel(
            name="ItemPicture",
            fields=[
                ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("small", models.BinaryField()),
                ("large", models.BinaryField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StockMove",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sale", "Sold"),
                            ("ended", "Not paid"),
                            ("count", "Counted"),
                            ("change", "Corrected"),
                            ("stop", "Not counted any more"),
                        ],
                        max_length=6,
                    ),
                ),
                ("quantity", models.IntegerField()),
                ("left", models.IntegerField()),
                (
                    "note",
                    models.CharField(blank=True, db_default="", default="", max_length=140),
                ),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=models.Func(
                            function="clock_timestamp", output_field=models.DateTimeField()
                        )
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="item",
            name="is_sold_out",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="item",
            name="min_age",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="item",
            name="number",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            model_name="item",
            name="picture",
            field=models.CharField(blank=True, db_default="", default="", max_length=32),
        ),
        migrations.AddField(
            model_name="item",
            name="stock",
            field=models.IntegerField(null=True),
        ),
        migrations.RenameField(
            model_name="item", old_name="category", new_name="category_name"
        ),
        migrations.AddField(
            model_name="item",
            name="category",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="items",
                to="pos.category",
            ),
        ),
        migrations.RunSQL(_NAME_ROWS, _ROWS_TO_NAMES),
        migrations.RemoveField(model_name="item", name="category_name"),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", ""), _negated=True),
                fields=("store", "number"),
                name="pos_item_number_once_a_store",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(("stock", None), ("stock__gte", 0), _connector="OR"),
                name="pos_item_stock_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(("min_age__lte", 99)), name="pos_item_age_two_digits"
            ),
        ),
        migrations.AddField(
            model_name="itemimport",
            name="staff",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="merchants.staffmember",
            ),
        ),
        migrations.AddField(
            model_name="itemimport",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="merchants.store",
            ),
        ),
        migrations.AddField(
            model_name="itemimportproblem",
            name="item_import",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="problems",
                to="pos.itemimport",
            ),
        ),
        migrations.AddField(
            model_name="stockmove",
            name="charge",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pos.charge",
            ),
        ),
        migrations.AddField(
            model_name="stockmove",
            name="item",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moves",
                to="pos.item",
            ),
        ),
        migrations.AddField(
            model_name="stockmove",
            name="staff",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="merchants.staffmember",
            ),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.UniqueConstraint(
                fields=("store", "name"), name="pos_category_name_once_a_store"
            ),
        ),
        migrations.AddIndex(
            model_name="itemimport",
            index=models.Index(
                condition=models.Q(
                    models.Q(
                        ("checked_at", None),
                        models.Q(("applied_at", None), ("wanted_at__isnull", False)),
                        _connector="OR",
                    ),
                    ("failed_at", None),
                ),
                fields=["id"],
                name="pos_item_import_undone",
            ),
        ),
        migrations.AddIndex(
            model_name="stockmove",
            index=models.Index(fields=["item", "-made_at"], name="pos_stock_move_of_item"),
        ),
        migrations.AddConstraint(
            model_name="stockmove",
            constraint=models.CheckConstraint(
                condition=models.Q(("left__gte", 0)), name="pos_stock_move_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmove",
            constraint=models.UniqueConstraint(
                condition=models.Q(("charge__isnull", False)),
                fields=("charge", "item", "kind"),
                name="pos_stock_move_once_a_charge",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("charge__isnull", False),
                        ("kind__in", ["sale", "ended"]),
                        ("staff", None),
                    ),
                    models.Q(
                        ("charge", None),
                        ("kind__in", ["count", "change", "stop"]),
                        ("staff__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="pos_stock_move_by_charge_or_person",
            ),
        ),
    ]
