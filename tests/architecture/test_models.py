import ast
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db.models import Field, Model

from tenants.models import Membership, Tenant
from tests.architecture.sources import APPS, ROOT, files, layers, shown, tree

# A lower number is a lower layer; apps of one layer are siblings.
LAYERS = {
    "auth": -1,
    "contenttypes": -1,
    **{app: number for number, apps_of_layer in enumerate(layers()) for app in apps_of_layer},
}
# It says who may enter a tenant, so it is read before one is entered.
READ_ACROSS_TENANTS = {Membership}


def our_models() -> list[type[Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in APPS]


def relations() -> Iterator[tuple[type[Model], "Field[object, object]", type[Model]]]:
    for model in our_models():
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
            if isinstance(field.related_model, type):
                yield model, field, field.related_model


def test_every_installed_app_of_ours_is_in_the_list_and_has_a_layer() -> None:
    installed = {config.name for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    assert set(APPS) == installed
    assert set(APPS) <= set(LAYERS)


def test_foreign_keys_point_down() -> None:
    wrong = [
        f"{model._meta.label}.{field.name} points at {target._meta.label}"
        for model, field, target in relations()
        if target._meta.app_label != model._meta.app_label
        and LAYERS[target._meta.app_label] >= LAYERS[model._meta.app_label]
    ]
    assert wrong == []


def test_relations_name_their_model_as_a_class() -> None:
    """A string would hide from import-linter what a model depends on."""
    kinds = {"ForeignKey", "OneToOneField", "ManyToManyField"}
    hidden = [
        f"{shown(path)}:{node.lineno} {ast.unparse(node.args[0])}"
        for path in files(*APPS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute | ast.Name)
        and ast.unparse(node.func).rpartition(".")[2] in kinds
        and (not node.args or (isinstance(node.args[0], ast.Constant) and node.args[0].value != "self"))
    ]
    assert hidden == []


def test_every_tenant_owned_model_has_a_scoped_manager() -> None:
    unscoped = [
        model._meta.label
        for model, _, target in relations()
        if target is Tenant
        and model not in READ_ACROSS_TENANTS
        and "ScopedManager" not in type(model._default_manager).__qualname__
    ]
    assert unscoped == []


def test_what_belongs_to_a_tenants_row_carries_its_tenant() -> None:
    """Else it could be read without a scope."""
    owned = {model for model, _, target in relations() if target is Tenant}
    missing = [
        f"{model._meta.label}.{field.name}"
        for model, field, target in relations()
        if target in owned and target not in READ_ACROSS_TENANTS and model not in owned
    ]
    assert missing == []
