"""What a person reads when something went wrong: what happened, what to do, whom to call."""

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from portal import views


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("client", "path", "status", "words"),
    [
        (Client(), "/no/such/page/", 404, "We cannot find this page"),
        (Client(HTTP_HOST="somebody.example"), "/", 400, "We could not read what your browser sent"),
    ],
)
def test_a_wrong_address_is_answered_in_plain_words(
    client: Client, path: str, status: int, words: str
) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert words in response.content.decode()
    assert settings.LENDER_PHONE in response.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_in_plain_words() -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("account_logout"))
    assert response.status_code == 403
    assert "We could not accept the form" in response.content.decode()


@pytest.mark.django_db
def test_a_fault_of_ours_is_told_without_asking_session_or_database(
    rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = views.server_error(rf.get("/"))
    assert response.status_code == 500
    assert "Sorry, something went wrong on our side" in response.content.decode()
    assert settings.LENDER_PHONE in response.content.decode()


@pytest.mark.django_db
def test_an_unforeseen_error_shows_the_page_and_no_details(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the secret detail")

    monkeypatch.setattr("loans.balances.overview", fail)
    signed_in.raise_request_exception = False
    response = signed_in.get("/overview/")
    assert response.status_code == 500
    assert "the secret detail" not in response.content.decode()
    assert "It is not your fault" in response.content.decode()
