"""The journey under its pages: who may be invited, and what two at once can do."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts import claiming
from accounts.addresses import Address
from accounts.claiming import InvitationInvalid
from accounts.logins import AddressTaken
from accounts.models import Borrower, Invitation, User
from tests import factories
from tests.accounts.conftest import EMAIL, PHONE, path_of
from tests.waiting import PATIENCE

ADDRESSES = [Address("email", EMAIL), Address("phone", PHONE)]


def at_once(*actions: object) -> list[str]:
    """Run all at the same moment, each with a connection of its own; what came of each."""
    start = Barrier(len(actions))

    def run(action: object) -> str:
        try:
            start.wait(timeout=PATIENCE)
            return type(action()).__name__  # type: ignore[operator]
        except (InvitationInvalid, AddressTaken) as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return sorted(pool.map(run, actions))


@pytest.mark.django_db(transaction=True)
def test_two_tabs_make_one_login(invitation: Invitation) -> None:
    now = timezone.now()
    outcomes = at_once(*[lambda to=to: claiming.claim(invitation, address=to, now=now) for to in ADDRESSES])
    assert outcomes == ["InvitationInvalid", "User"]
    assert User.objects.count() == 1
    invitation.borrower.refresh_from_db()
    assert invitation.borrower.user == User.objects.get()


@pytest.mark.django_db(transaction=True)
def test_two_invitations_of_one_borrower_make_one_login(newcomer: Borrower) -> None:
    now = timezone.now()
    both = [claiming.invite(newcomer, sent_to=None, by=None, now=now) for _ in range(2)]
    pairs = zip(both, ADDRESSES, strict=True)
    outcomes = at_once(
        *[lambda one=one, to=to: claiming.claim(one, address=to, now=now) for one, to in pairs]
    )
    assert outcomes == ["InvitationInvalid", "User"]
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_borrowers_cannot_take_one_address(newcomer: Borrower) -> None:
    now = timezone.now()
    people = [newcomer, factories.make_borrower()]
    both = [claiming.invite(person, sent_to=None, by=None, now=now) for person in people]
    outcomes = at_once(*[lambda one=one: claiming.claim(one, address=ADDRESSES[0], now=now) for one in both])
    assert outcomes == ["AddressTaken", "User"]
    assert Invitation.objects.filter(used_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_answers_given_in_parallel_are_all_counted(invitation: Invitation) -> None:
    now = timezone.now()
    guesses = [f"{number:04d}" for number in range(12)]
    outcomes = at_once(
        *[lambda guess=guess: claiming.answer_fact(invitation, answer=guess, now=now) for guess in guesses]
    )
    assert outcomes.count("bool") == claiming.WRONG_ANSWERS - 1
    invitation.refresh_from_db()
    assert invitation.wrong_answers == claiming.WRONG_ANSWERS


def test_who_has_a_login_is_not_invited(borrower: Borrower) -> None:
    with pytest.raises(ValueError, match="already has a login"):
        claiming.invite(borrower, sent_to=None, by=None, now=timezone.now())


def test_an_invitation_goes_to_an_open_contact_point_of_the_person_alone(
    newcomer: Borrower, stranger: Borrower
) -> None:
    now = timezone.now()
    closed = factories.make_contact_point(newcomer, closed_at=now)
    for point in (closed, stranger.contact_points.first()):
        with pytest.raises(ValueError, match="open contact point"):
            claiming.invite(newcomer, sent_to=point, by=None, now=now)


def test_an_invitation_without_a_contact_point_is_handed_over(newcomer: Borrower) -> None:
    by_letter = claiming.invite(newcomer, sent_to=None, by=None, now=timezone.now())
    assert path_of(by_letter).startswith("/claim/")
    with pytest.raises(ValueError, match="yourself"):
        claiming.send(by_letter)


def test_an_invitation_lasts_as_long_as_it_says(newcomer: Borrower, settings: object) -> None:
    now = timezone.now()
    invitation = claiming.invite(newcomer, sent_to=None, by=None, now=now)
    last = now + timedelta(days=14) - timedelta(seconds=1)
    assert claiming.resume(invitation.pk, now=last) == invitation
    with pytest.raises(InvitationInvalid):
        claiming.resume(invitation.pk, now=last + timedelta(seconds=1))


def test_a_claim_leaves_ids_and_nothing_personal_in_the_log(
    invitation: Invitation, caplog: pytest.LogCaptureFixture
) -> None:
    now = timezone.now()
    with caplog.at_level(logging.DEBUG):
        assert not claiming.answer_fact(invitation, answer="0000", now=now)
        claiming.claim(invitation, address=Address("email", "new@example.com"), now=now)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("accounts")]
    assert [line.split()[0] for line in ours] == ["refused", "claim_done"]
    for personal in ("Zhang", EMAIL, PHONE, "new@example.com", "93X4", "0000"):
        assert not any(personal in line for line in ours)
