"""A worker that dies after it has settled a refusal, and before it has drawn what that says of the address."""

from datetime import datetime, timedelta

import pytest

from accounts.models import Borrower, ContactPoint
from notifications import closed_addresses, engine
from notifications.flight import Flight
from notifications.models import Attempt, Hold, Lane
from notifications.words import AttemptState
from tests import factories
from tests.notifications.conftest import Engine, defaults, reminders, sandbox, sandbox_server, ten

__all__ = ["defaults", "reminders", "sandbox", "sandbox_server", "ten"]  # the engine with its provider

NO_MOBILE, HAS_SAID_STOP = "+15005550009", "+15005550004"  # as Twilio's test numbers answer


class KilledError(BaseException):
    """Nothing of ours catches it."""


@pytest.fixture
def dies(monkeypatch: pytest.MonkeyPatch, borrower: Borrower, reminders: Engine, ten: datetime) -> None:
    """So far a worker came with the borrower's reminder."""

    def die(flight: Flight) -> None:
        raise KilledError

    factories.make_bill(factories.make_loan(borrower))
    with monkeypatch.context() as patched:
        patched.setattr(Flight, "_draw_consequences", die)
        with pytest.raises(KilledError):
            reminders.run(ten)
    assert Attempt.objects.get(borrower=borrower).state == AttemptState.REFUSED_FINAL


def is_stopped(borrower: Borrower) -> bool:
    return Hold.objects.filter(borrower=borrower, reason="stop_request", ended_at=None).exists()


@pytest.fixture
def phone(request: pytest.FixtureRequest, borrower: Borrower) -> ContactPoint:
    phone: ContactPoint = borrower.contact_points.get(kind=ContactPoint.Kind.PHONE)
    phone.value = request.param
    phone.save()
    return phone


@pytest.mark.parametrize("phone", [HAS_SAID_STOP], indirect=True)
def test_the_next_claim_heeds_the_stop_before_it_decides(
    phone: ContactPoint, dies: None, borrower: Borrower, ten: datetime
) -> None:
    assert not is_stopped(borrower)
    assert Lane.objects.get(borrower=borrower).next_at == ten  # due again, by the next channel
    engine.dispatch.send_due(clock=lambda: ten, until=lambda: False)
    assert is_stopped(borrower)
    assert Attempt.objects.filter(borrower=borrower).count() == 1


@pytest.mark.parametrize("phone", [HAS_SAID_STOP], indirect=True)
def test_the_tick_draws_it_where_nothing_more_is_due(
    phone: ContactPoint, dies: None, borrower: Borrower, ten: datetime
) -> None:
    Lane.objects.update(next_at=None)
    engine.tick(now=ten + timedelta(minutes=5))
    assert is_stopped(borrower)
    assert not Attempt.objects.exclude(said_against="").exists()


@pytest.mark.parametrize("phone", [NO_MOBILE], indirect=True)
def test_a_number_that_is_none_is_closed_once(
    phone: ContactPoint, dies: None, borrower: Borrower, ten: datetime
) -> None:
    engine.dispatch.send_due(clock=lambda: ten, until=lambda: False)
    phone.refresh_from_db()
    assert phone.closed_reason == ContactPoint.Closed.UNREACHABLE
    sent = Attempt.objects.filter(borrower=borrower, state=AttemptState.ACCEPTED)
    assert [one.channel for one in sent] == ["email"]
    ContactPoint.objects.filter(pk=phone.pk).update(closed_at=None, closed_reason="")  # proved anew
    closed_addresses.draw_left(now=ten)
    phone.refresh_from_db()
    assert phone.closed_at is None
