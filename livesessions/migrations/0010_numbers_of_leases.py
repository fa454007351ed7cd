from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("livesessions", "0009_plainer_texts")]

    operations = [
        # One for all sessions: the lives of a show follow each other on the same overlay.
        migrations.RunSQL(
            "CREATE SEQUENCE livesessions_lease_number", "DROP SEQUENCE livesessions_lease_number"
        ),
        migrations.AddField(
            "livesession", "lease_number", models.BigIntegerField(db_default=0, default=0)
        ),
        migrations.AddField("reply", "lease_number", models.BigIntegerField(db_default=0, default=0)),
    ]
