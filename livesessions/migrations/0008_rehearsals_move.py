from django.db import migrations


class Migration(migrations.Migration):
    """Takes `Rehearsal` out of this app's state; its table stays, and `rehearsals.0001` takes it over."""

    dependencies = [
        ('livesessions', '0007_pacing_of_a_show'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name='Rehearsal')],
        ),
    ]
