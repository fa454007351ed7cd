"""The files in docker/ fit the code: commands exist, variables are known, nothing runs as root."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from config.deploy_check import PLACEHOLDERS
from config.server.__main__ import _parser
from tests.architecture.test_configuration import documented

DOCKER = Path(__file__).resolve().parents[2] / "docker"
OF_COMPOSE = {"DOMAIN", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "LIVES_REPLICAS", "IMAGE"}
OF_BUCKETS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
REQUIRED = set(PLACEHOLDERS) - {"DJANGO_SETTINGS_MODULE"}
INTERPOLATED = re.compile(r"\$\{(\w+)(:-[^}]*)?")
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
OURS = {name: each for name, each in COMPOSE["services"].items() if "build" in each}
OBJECTS: list[dict[str, Any]] = [
    each
    for path in sorted((DOCKER / "kubernetes").glob("*.yaml"))
    for each in yaml.safe_load_all(path.read_text())
    if each
]
PODS = [each for each in OBJECTS if each["kind"] in ("Deployment", "Job", "CronJob")]
FLY = tomllib.loads((DOCKER / "fly.toml").read_text())


def example() -> dict[str, str]:
    lines = (DOCKER / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def pod_of(workload: dict[str, Any]) -> dict[str, Any]:
    spec = workload["spec"]
    pod: dict[str, Any] = (spec["jobTemplate"]["spec"] if "jobTemplate" in spec else spec)["template"]["spec"]
    return pod


def containers() -> Iterator[dict[str, Any]]:
    for each in PODS:
        yield from pod_of(each)["containers"]


def commands() -> Iterator[list[str]]:
    for service in OURS.values():
        yield service["command"]
        if "test" in service.get("healthcheck", {}):
            yield service["healthcheck"]["test"][1:]
    yield from (container["command"] for container in containers())
    yield from map(shlex.split, [*FLY["processes"].values(), FLY["deploy"]["release_command"]])


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_each_command_exists_and_takes_its_arguments(command: list[str]) -> None:
    match command:
        case ["python", "manage.py", name, *arguments]:
            load_command_class(get_commands()[name], name).create_parser("manage.py", name).parse_args(
                arguments
            )
        case ["python", "-m", "config.server", *arguments]:
            _parser().parse_args(arguments)
        case ["python", "-m", "config.server.health", *ports]:
            assert all(port.isdigit() for port in ports)
        case _:
            pytest.fail(f"unknown command {command}")


def test_compose_gets_every_variable_that_production_requires() -> None:
    given = set(example()) | set(OURS["pages"]["environment"])
    assert given >= REQUIRED
    unknown = given - set(documented()) - OF_COMPOSE - OF_BUCKETS
    assert unknown == set()


def test_what_compose_inserts_is_in_the_example() -> None:
    text = (DOCKER / "compose.yaml").read_text()
    needed = {name for name, default in INTERPOLATED.findall(text) if not default}
    assert needed <= set(example())


def test_the_example_contains_no_secret() -> None:
    # The id of an access key is its name, not its secret.
    secret = re.compile(r"SECRET|PASSWORD|_KEYS?$|TOKEN")
    given = {name for name, value in example().items() if value and secret.search(name)}
    assert given == set()


@pytest.mark.parametrize("name", OURS)
def test_our_services_have_no_rights_that_they_do_not_need(name: str) -> None:
    service = OURS[name]
    assert service["read_only"] is True
    assert service["user"] == "10001:10001"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_compose_names_only_what_it_declares() -> None:
    for service in COMPOSE["services"].values():
        assert set(service.get("networks", [])) <= set(COMPOSE["networks"])
        assert set(service.get("depends_on", [])) <= set(COMPOSE["services"])
        named = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert {volume for volume in named if not volume.startswith(".")} <= set(COMPOSE["volumes"])


def test_no_container_of_kubernetes_is_root_or_writes_into_its_image() -> None:
    for workload in PODS:
        pod = pod_of(workload)
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
    for container in containers():
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"configMapRef": {"name": "vivavoce"}} in container["envFrom"]
        assert "memory" in container["resources"]["limits"]


def test_probes_and_services_ask_ports_that_are_open() -> None:
    for container in containers():
        ports = {each["name"] for each in container.get("ports", [])}
        probes = [container[name]["httpGet"] for name in container if name.endswith("Probe")]
        assert {probe["port"] for probe in probes} <= ports
        assert {probe["path"] for probe in probes} <= {"/healthz", "/readyz"}
    for service in (each for each in OBJECTS if each["kind"] == "Service"):
        app = service["spec"]["selector"]["app"]
        assert app in {each["metadata"]["name"] for each in PODS}


def test_what_is_scaled_and_protected_exists() -> None:
    deployments = {each["metadata"]["name"] for each in PODS if each["kind"] == "Deployment"}
    scaled = [each for each in OBJECTS if each["kind"] == "HorizontalPodAutoscaler"]
    assert {each["spec"]["scaleTargetRef"]["name"] for each in scaled} == {"pages", "sockets", "lives"}
    budgets = [each for each in OBJECTS if each["kind"] == "PodDisruptionBudget"]
    assert {each["spec"]["selector"]["matchLabels"]["app"] for each in budgets} <= deployments
    assert next(each for each in PODS if each["metadata"]["name"] == "background")["spec"]["replicas"] == 1


def test_kustomize_lists_every_file() -> None:
    kustomization = next(each for each in OBJECTS if each["kind"] == "Kustomization")
    found = {path.name for path in (DOCKER / "kubernetes").glob("*.yaml")} - {"kustomization.yaml"}
    assert set(kustomization["resources"]) == found


def test_the_settings_of_kubernetes_and_fly_are_documented() -> None:
    configured = next(each for each in OBJECTS if each["kind"] == "ConfigMap")["data"]
    assert set(configured) <= set(documented())
    assert set(FLY["env"]) <= set(documented())
    text = (DOCKER / "kubernetes" / "configuration.yaml").read_text()
    assert {name for name in REQUIRED if name not in configured} <= set(re.findall(r"\b[A-Z_]{5,}\b", text))


def test_the_image_runs_as_nobody_in_particular_and_says_how_it_is() -> None:
    text = (DOCKER / "Dockerfile").read_text()
    last = text[text.rindex("FROM ") :]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["python:3.11-slim-bookworm"] * 2
    assert not re.search(r"^ADD |^ARG .*(KEY|SECRET|TOKEN)", text, re.MULTILINE)
