from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from rehearsals.models import Rehearsal

initial = import_module("rehearsals.migrations.0001_initial")


@pytest.mark.django_db
def test_a_permission_of_before_the_move_goes_on_pointing_at_the_model() -> None:
    own = ContentType.objects.get_for_model(Rehearsal)
    ContentType.objects.filter(id=own.id).update(app_label="livesessions")
    permission = Permission.objects.get(content_type_id=own.id, codename="view_rehearsal")
    with connection.schema_editor() as editor:
        initial.move_content_type(apps, editor)
    permission.content_type.refresh_from_db()
    assert permission.content_type.model_class() is Rehearsal


@pytest.mark.django_db
def test_the_move_can_be_taken_back() -> None:
    with connection.schema_editor() as editor:
        initial.move_content_type_back(apps, editor)
    assert ContentType.objects.filter(app_label="livesessions", model="rehearsal").exists()
