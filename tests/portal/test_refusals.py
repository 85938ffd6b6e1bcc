"""What was refused stands in the log by route and login, with nothing personal, and is counted."""

import logging

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import ConnectionError

from accounts import refusals
from accounts.models import Borrower
from accounts.refusals import Kind
from tests import factories
from tests.portal.test_metrics import read

pytestmark = pytest.mark.django_db
LOGIN = reverse("account_login")


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says of refusals."""
    return [record.getMessage() for record in caplog.records if record.name == "accounts.refusals"]


def test_another_persons_row_is_noted_by_route_and_login_and_not_by_its_id(
    stranger_client: Client, borrower: Borrower, stranger: Borrower, caplog: pytest.LogCaptureFixture
) -> None:
    loan = factories.make_loan(borrower)
    path = reverse("loans:account", args=[loan.public_id])
    assert stranger_client.get(path).status_code == 404
    assert lines(caplog) == [f"refused kind=not_there route=loans:account login={stranger.user_id}"]


def test_a_page_that_one_has_no_right_to_is_noted(
    signed_in: Client, borrower: Borrower, caplog: pytest.LogCaptureFixture
) -> None:
    assert signed_in.get(reverse("admin:login")).status_code == 403
    assert lines(caplog) == [f"refused kind=forbidden route=admin:login login={borrower.user_id}"]


def test_a_form_without_its_token_is_noted_and_its_address_stays_out_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/claim/a-secret-of-a-link/").status_code == 403
    assert lines(caplog) == ["refused kind=forbidden route=accounts:claim login=-"]
    assert "a-secret-of-a-link" not in caplog.text


def test_a_method_that_a_page_does_not_know_is_noted(
    signed_in: Client, borrower: Borrower, caplog: pytest.LogCaptureFixture
) -> None:
    assert signed_in.delete(reverse("loans:dashboard")).status_code == 405
    assert lines(caplog) == [f"refused kind=method route=loans:dashboard login={borrower.user_id}"]


def test_an_address_that_nobody_has_is_the_noise_of_the_internet(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.get("/wp-login.php").status_code == 404
    assert lines(caplog) == []


def test_failed_sign_ins_and_limits_are_noted_without_what_was_typed(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    words = {"login": "nobody@example.com", "password": "my guess", "way": "password"}
    for _ in range(6):
        client.post(LOGIN, words)
    assert lines(caplog) == [
        *["refused kind=sign_in way=password"] * 5,
        "refused kind=limited route=account_login",
    ]
    assert "nobody@" not in caplog.text
    assert "my guess" not in caplog.text


def test_a_wrong_code_of_the_step_up_is_noted(
    signed_in: Client, borrower: Borrower, caplog: pytest.LogCaptureFixture
) -> None:
    signed_in.post(reverse("accounts:step_up"), {"to": "0"})
    signed_in.post(reverse("accounts:step_up_code"), {"code": "nothing"})
    assert lines(caplog) == [f"refused kind=step_up purpose=step_up login={borrower.user_id}"]


def test_what_was_refused_is_counted_for_prometheus(client: Client, stranger_client: Client) -> None:
    for _ in range(3):
        stranger_client.get("/inbox/00000000-0000-0000-0000-000000000000/")
    found = read(client)["portal_refusals_per_minute"]
    assert found["not_there",] == 3 / refusals.WINDOW
    assert set(found) == {(kind.value,) for kind in Kind}


def test_without_the_cache_a_refusal_is_still_an_answer_and_a_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise ConnectionError("away")

    for name in ("add", "get_many"):
        monkeypatch.setattr(cache, name, away)
    refusals.note(Kind.LIMITED, route="x")
    assert lines(caplog) == ["refused kind=limited route=x"]
    assert refusals.per_minute(now=timezone.now()) == {}


def test_a_line_of_the_log_has_its_time_in_utc() -> None:
    line = logging.LogRecord("accounts.refusals", logging.WARNING, __file__, 1, "refused", None, None)
    line.created, line.msecs = 1_772_000_000.25, 250.0
    told = logging.Formatter(
        settings.LOGGING["formatters"]["plain"]["format"], settings.LOGGING["formatters"]["plain"]["datefmt"]
    ).format(line)
    assert told == "2026-02-25T06:13:20.250Z WARNING accounts.refusals refused"
