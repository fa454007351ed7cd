"""An index of its own for the comments of a viewer, who may be deleted while a live goes on."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('livesessions', '0002_partition_the_event_log'),
        ('tenants', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='chatevent',
            index=models.Index(condition=models.Q(('text', ''), _negated=True), fields=['session', 'viewer_hash'], name='livesessions_words_of_viewers'),
        ),
    ]
