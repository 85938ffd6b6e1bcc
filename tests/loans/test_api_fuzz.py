"""Whatever is sent to the API, its answers are those its document declares, and never an error of ours."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import CHECKS, load_all_checks

from loans.api import keys
from loans.api.v1 import api
from loans.models import ApiKey
from loans.models.api import Scope
from portal.wsgi import application

EXAMPLES = 25  # of each operation
# Which values of a row are taken is said row by row in an answer of 200, so that is not among the checks.
load_all_checks()
ASKED = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    )
]


document = schemathesis.openapi.from_dict(
    json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
)
document.app = application


@pytest.fixture
def secret(transactional_db: None) -> str:
    key = ApiKey(name="fuzz", scopes=Scope.values, calls_a_minute=1_000_000)
    secret = keys.fill(key)
    key.save()
    return secret


@document.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_declared(case: Case, secret: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=ASKED)
