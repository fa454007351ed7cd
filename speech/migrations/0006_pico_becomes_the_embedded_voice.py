from django.db import migrations, models

# Before this there was no such provider; the embedded voice was eSpeak NG.
BACKWARDS = """
UPDATE speech_voiceprofile SET provider = 'espeak', voice_id = '', loudness_lufs = NULL, loudness_heard_s = 0
WHERE provider = 'pico'
"""


class Migration(migrations.Migration):

    dependencies = [
        ("speech", "0005_keys_move_to_providers"),
    ]

    operations = [
        migrations.AlterField(
            model_name="voiceprofile",
            name="provider",
            field=models.CharField(
                choices=[
                    ("auto", "The best one available"),
                    ("pico", "SVOX Pico"),
                    ("espeak", "eSpeak NG"),
                    ("elevenlabs", "ElevenLabs"),
                    ("openai", "OpenAI"),
                    ("azure", "Azure"),
                    ("piper", "Piper"),
                ],
                default="auto",
                max_length=20,
                verbose_name="provider",
            ),
        ),
        migrations.AddField(
            model_name="voiceprofile",
            name="loudness_voice",
            field=models.CharField(blank=True, default="", editable=False, max_length=130),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, BACKWARDS),
    ]
