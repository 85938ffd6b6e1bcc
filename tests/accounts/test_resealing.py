"""A new SECRET_KEY takes over: what is sealed is sealed anew, and the old key may go."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from accounts import resealing, sealing
from accounts.models import Borrower, User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def rotated(settings: Any) -> Any:
    """Secrets of two people, sealed under a key that another one has replaced."""
    for name in ("totp", "recovery_codes"):
        key = {"totp": "secret", "recovery_codes": "seed"}[name]
        for person in (factories.make_login(), factories.make_login()):
            Authenticator.objects.create(
                user=person, type=name, data={key: sealing.seal(name), "used_mask": 5}
            )
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]
    return settings


def opened() -> list[str]:
    rows = [row.data for row in Authenticator.objects.order_by("pk")]
    return [sealing.unseal(data.get("secret") or data["seed"]) for data in rows]


def test_after_it_the_old_key_may_go(rotated: Any, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("reseal")
    assert capsys.readouterr().out == "sealed anew: 4\n"
    rotated.SECRET_KEY_FALLBACKS = []
    assert opened() == ["totp", "totp", "recovery_codes", "recovery_codes"]
    assert {row.data["used_mask"] for row in Authenticator.objects.all()} == {5}


def test_a_run_that_was_killed_goes_on_where_it_stopped(
    rotated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "BATCH", 1)
    first = resealing.Result()
    resealing._batch(first, after=0)
    assert first.renewed == 1
    assert resealing.run().renewed == 3
    assert resealing.run().renewed == 0


def test_codes_that_are_hashes_are_left_alone(borrower: Borrower) -> None:
    login = User.objects.get(borrower=borrower)
    row = Authenticator.objects.create(user=login, type="recovery_codes", data={"hashes": ["a"], "salt": "b"})
    assert resealing.run() == resealing.Result()
    row.refresh_from_db()
    assert row.data == {"hashes": ["a"], "salt": "b"}


def test_what_no_key_opens_is_named_and_the_others_are_sealed_anew(rotated: Any) -> None:
    lost = Authenticator.objects.order_by("pk")[1]
    lost.data["secret"] = "nobody's seal"
    lost.save()
    with pytest.raises(CommandError, match=f"No key opens 1: authenticators {lost.pk}\\."):
        call_command("reseal")
    assert resealing.run() == resealing.Result(renewed=0, lost=[lost.pk])
