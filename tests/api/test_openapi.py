"""The server keeps to its description (server/openapi.json): requests are made from it, right and
wrong ones, and every answer must be one that it describes. TEMBLOR_OPENAPI_EXAMPLES is how many
requests are made up for each operation (default 12), TEMBLOR_OPENAPI_SEED with what seed."""

import copy
import json
import os
import urllib.request

import hypothesis
import pytest
import requests
import schemathesis
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase
from schemathesis.specs.openapi import checks as openapi_checks

import conftest

DOCUMENT = json.loads((conftest.ROOT / "server/openapi.json").read_text())
EXAMPLES = int(os.environ.get("TEMBLOR_OPENAPI_EXAMPLES", "12"))
SEED = int(os.environ.get("TEMBLOR_OPENAPI_SEED", "20261"))
CHECKS = [schemathesis.checks.not_a_server_error, openapi_checks.status_code_conformance,
          openapi_checks.content_type_conformance, openapi_checks.response_schema_conformance,
          openapi_checks.negative_data_rejection]
COLLECTION = "articles"
# These make or drop the collection that their path names, so it is one of their own.
OWN_COLLECTION = {"create_collection", "delete_collection", "recover_from_snapshot",
                  "recover_from_uploaded_snapshot"}


def reaches(value, wanted, seen):
    """Whether `value` refers to the component `wanted`, through others too."""
    if isinstance(value, list):
        return any(reaches(one, wanted, seen) for one in value)
    if not isinstance(value, dict):
        return False
    name = value.get("$ref")
    if isinstance(name, str) and name not in seen:
        seen.add(name)
        target = DOCUMENT
        for step in name.split("/")[1:]:
            target = target[step]
        return name.endswith("/" + wanted) or reaches(target, wanted, seen)
    return any(reaches(one, wanted, seen) for one in value.values())


def operations():
    return [one for methods in DOCUMENT["paths"].values() for one in methods.values()]


CONFIG = schemathesis.Config.from_dict({
    "generation": {"max-examples": EXAMPLES, "with-security-parameters": False},
    "phases": {"stateful": {"enabled": False}},
    # 501 is what the document says of Qdrant's features that are not here.
    # Every wrong value at every place is too many where filters nest in filters.
    "operations": [{"include-operation-id": one["operationId"],
                    "phases": {"coverage": {"enabled": False}}}
                   for one in operations() if reaches(one.get("requestBody"), "Filter", set())],
    "checks": {"not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "501"]}},
})


@schemathesis.serializer("application/x-tar")
def archive_bytes(context, value):
    return str(value).encode()


@schemathesis.serializer("application/x-ndjson")
def ndjson(context, value):
    return json.dumps(value).encode() + b"\n"


SCHEMA = schemathesis.openapi.from_dict(copy.deepcopy(DOCUMENT), config=CONFIG)


def example(operation, name):
    body = next(one for one in operations() if one["operationId"] == operation)["requestBody"]
    return next(iter(body["content"].values()))["examples"][name]["value"]


@pytest.fixture(scope="session")
def api(tmp_path_factory):
    server = conftest.Server(tmp_path_factory.mktemp("openapi"))
    yield server
    server.stop()


def ask(api, method, path, body=None):
    answer = requests.request(method, api.url + path, json=body, timeout=30)
    assert answer.status_code in (200, 409), answer.text
    return answer.json()["result"] if answer.status_code == 200 else None


@pytest.fixture
def filled(api):
    """The collection of the examples, as they make it; its snapshot's name."""
    ask(api, "DELETE", f"/collections/{COLLECTION}")
    ask(api, "PUT", f"/collections/{COLLECTION}", example("create_collection", COLLECTION))
    ask(api, "PUT", f"/collections/{COLLECTION}/points", example("upsert_points", "points"))
    ask(api, "PUT", f"/collections/{COLLECTION}/points",
        {"points": [{"id": 2, "vector": {"title": [0.3, 0.1, 0.5, -0.4]}}]})
    return ask(api, "POST", f"/collections/{COLLECTION}/snapshots")["name"]


def test_the_document_is_openapi(api):
    OpenAPIV31SpecValidator(DOCUMENT).validate()
    with urllib.request.urlopen(api.url + "/openapi.json") as answer:
        assert json.load(answer) == DOCUMENT


def is_positive(case, location):
    component = case.meta.components.get(location)
    return component is None or component.mode == GenerationMode.POSITIVE


def aim(case, snapshot):
    """Lets right paths lead to what is there, most of the time."""
    parameters = case.path_parameters
    if not parameters or not is_positive(case, ParameterLocation.PATH):
        return
    operation = case.operation.definition.raw["operationId"]
    there = {"c": COLLECTION, "id": "1", "s": snapshot, "key": "city", "file": "app.js"}
    for name in parameters:
        if name == "c" and operation in OWN_COLLECTION:
            continue
        if name == "c" or len(str(parameters[name])) % 3 != 0:
            parameters[name] = there[name]


@SCHEMA.parametrize()
@hypothesis.seed(SEED)
@hypothesis.settings(deadline=None, derandomize=False, database=None, print_blob=False,
                     suppress_health_check=list(hypothesis.HealthCheck))
def test_answers_are_as_described(case, api, filled):
    aim(case, filled)
    answer = case.call(base_url=api.url)
    operation = case.operation.definition.raw["operationId"]
    if operation == "import_points":  # it answers line by line
        checks = [check for check in CHECKS if check != openapi_checks.negative_data_rejection]
        if answer.text and not is_positive(case, ParameterLocation.BODY):
            assert answer.status_code != 200 or '"ok":false' in answer.text
    else:
        checks = CHECKS
    case.validate_response(answer, checks=checks)
    if operation in OWN_COLLECTION and answer.status_code == 200:
        requests.delete(answer.request.url.split("?")[0].split("/snapshots/")[0], timeout=30)
    if case.meta.phase.name == TestPhase.EXAMPLES:
        assert answer.status_code < 400 or case.operation.path == "/collections/{c}", answer.text


@pytest.mark.parametrize("way", ["form", "octets"])
def test_snapshots_are_uploaded(api, filled, way):
    archive = requests.get(f"{api.url}/collections/{COLLECTION}/snapshots/{filled}", timeout=30)
    assert archive.status_code == 200
    name = "uploaded-" + way
    sent = ({"files": {"snapshot": ("a b.snapshot", archive.content)}} if way == "form"
            else {"data": archive.content})
    answer = requests.post(f"{api.url}/collections/{name}/snapshots/upload?wait=true", timeout=30,
                           **sent)
    assert answer.json()["result"] is True
    points = requests.get(f"{api.url}/collections/{name}", timeout=30).json()["result"]
    assert points["points_count"] == 3
