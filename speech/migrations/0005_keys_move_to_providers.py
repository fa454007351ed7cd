from django.db import migrations

# The ciphertext is moved as it is: it needs no key, and rows that no key reads move too.
FORWARDS = """
INSERT INTO providers_credential (
    id, tenant_id, kind, provider, label, secret, last_four, region, base_url, check_result, changed_at
)
SELECT id, tenant_id, 'voice', provider, '', ciphertext, last_four, region, base_url, '', changed_at
FROM speech_providerkey
"""
BACKWARDS = """
INSERT INTO speech_providerkey (
    id, tenant_id, provider, ciphertext, last_four, region, base_url, changed_at
)
SELECT id, tenant_id, provider, secret, last_four, region, base_url, changed_at
FROM providers_credential WHERE kind = 'voice'
"""
EMPTY_OLD = "DELETE FROM speech_providerkey"
EMPTY_NEW = "DELETE FROM providers_credential WHERE kind = 'voice'"
# A row's tenant is checked when the transaction ends, and a table with such checks due cannot be dropped.
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"


class Migration(migrations.Migration):

    dependencies = [
        ("providers", "0001_initial"),
        ("speech", "0004_kept_lines"),
    ]

    operations = [
        migrations.RunSQL([FORWARDS, EMPTY_OLD, CHECK_NOW], [BACKWARDS, EMPTY_NEW, CHECK_NOW]),
        migrations.DeleteModel(name="ProviderKey"),
    ]
