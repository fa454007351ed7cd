import django.db.models.deletion
import uuid
from django.db import migrations, models


def move_content_type(apps, schema_editor, *, of='livesessions', to='rehearsals'):
    """Rename the content type, so that permissions and admin log entries go on pointing at the model."""
    ContentType = apps.get_model('contenttypes', 'ContentType')
    types = ContentType.objects.using(schema_editor.connection.alias)
    if not types.filter(app_label=to, model='rehearsal').exists():
        types.filter(app_label=of, model='rehearsal').update(app_label=to)


def move_content_type_back(apps, schema_editor):
    move_content_type(apps, schema_editor, of='rehearsals', to='livesessions')


class Migration(migrations.Migration):
    """Takes over `Rehearsal` and its table from `livesessions`."""

    initial = True

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('livesessions', '0008_rehearsals_move'),
        ('tenants', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Rehearsal',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('chat', models.CharField(max_length=100, verbose_name='chat')),
                        ('minutes', models.PositiveSmallIntegerField(default=30, verbose_name='minutes')),
                        ('status', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='waiting', max_length=10, verbose_name='status')),
                        ('report', models.JSONField(blank=True, default=dict)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('finished_at', models.DateTimeField(null=True)),
                        ('show', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rehearsals', to='livesessions.show')),
                        ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
                    ],
                    options={
                        'db_table': 'livesessions_rehearsal',
                        'ordering': ['-created_at'],
                    },
                ),
            ],
        ),
        migrations.RunPython(move_content_type, move_content_type_back),
    ]
