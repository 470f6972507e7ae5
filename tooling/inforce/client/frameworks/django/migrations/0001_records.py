"""Create the table of records."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The first version of the table."""

    initial = True

    dependencies = ()

    operations = (
        migrations.CreateModel(
            name="PolicyRecord",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("owner", models.CharField(db_index=True, max_length=256, verbose_name="user")),
                ("policy", models.CharField(max_length=256)),
                ("seq", models.PositiveBigIntegerField(verbose_name="number")),
                ("version", models.CharField(max_length=256)),
                ("language", models.CharField(max_length=256)),
                ("act", models.CharField(max_length=16)),
                ("received_at", models.DateTimeField()),
                ("record", models.JSONField()),
            ],
            options={
                "verbose_name": "policy record",
                "ordering": ("-received_at", "id"),
            },
        ),
    )
