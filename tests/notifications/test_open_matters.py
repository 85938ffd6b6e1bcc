"""What is open between a borrower and the lender, on the pages of what they owe: all of it, once, and nothing else."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import LANGUAGES, Borrower, User
from loans.models import CreditAccount
from notifications import stops
from notifications.choice import Choice
from notifications.conversations import journeys as conversations
from notifications.conversations.journeys import Said
from notifications.help import journeys
from notifications.help.journeys import Ask, Decision
from notifications.help.rules import Promise
from notifications.models import HelpRequest, Hold, Preference
from notifications.models.help import HelpKind, HelpState
from notifications.words import HoldReason, Topic
from tests import factories
from tests.loans.agreements import NOON, contracted

TODAY = NOON.date()
OVERVIEW = "/overview/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def loan(borrower: Borrower) -> CreditAccount:
    return contracted(borrower)


def ask(account: CreditAccount, kind: HelpKind, **details: Any) -> HelpRequest:
    about = None if kind == HelpKind.COMPLAINT else account
    return journeys.open_request(account.borrower, ask=Ask(kind, about, "My wife is ill.", details), now=NOON)


def promise(account: CreditAccount) -> HelpRequest:
    return ask(account, HelpKind.PROMISE, **Promise(Decimal("88.85"), TODAY + timedelta(days=9)).to_json())


def say(staff: User, request: HelpRequest, words: str) -> None:
    assert request.conversation
    conversations.answer(staff, conversation=request.conversation, said=Said(words), now=NOON)


def pause(borrower: Borrower, *, until: date) -> None:
    Preference.objects.create(borrower=borrower, choice=Choice(paused_until=until).to_json())


def hold(borrower: Borrower, reason: str, **fields: Any) -> Hold:
    return Hold.objects.create(borrower=borrower, reason=reason, started_at=NOON, **fields)


def section(client: Client, path: str = OVERVIEW) -> str:
    """The words of the list on a page; empty: there is none."""
    found = re.search(r'<section[^>]*aria-labelledby="open".*?</section>', client.get(path).text, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split()) if found else ""


def test_where_nothing_is_open_the_pages_say_nothing_of_it(signed_in: Client, loan: CreditAccount) -> None:
    assert section(signed_in) == ""
    assert section(signed_in, reverse("loans:account", args=[loan.public_id])) == ""


def test_a_promise_is_told_once_with_its_sum_its_day_and_when_reminders_come_again(
    signed_in: Client, loan: CreditAccount, settings: Any
) -> None:
    settings.PROMISE_BOOKING_DAYS = 3
    made = promise(loan)
    told = section(signed_in)
    assert "You promised $88.85 by March 20, 2026" in told
    assert "We wait for your payment. Reminders may come again on March 24, 2026." in told
    assert loan.reference in told
    assert "We hold reminders back" not in told
    assert reverse("help:request", args=[made.pk]) in signed_in.get(OVERVIEW).text


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        (HelpKind.HARDSHIP, "I cannot pay for a while"),
        (HelpKind.DISPUTE, "Something is not right"),
        (HelpKind.DUE_DAY, "Change my due day"),
        (HelpKind.COMPLAINT, "Make a complaint"),
    ],
)
def test_a_request_is_told_with_the_step_it_has_reached(
    signed_in: Client, staff: User, loan: CreditAccount, settings: Any, kind: HelpKind, title: str
) -> None:
    settings.HELP_ANSWER_DAYS = dict.fromkeys(HelpKind, 10)
    made = ask(loan, kind)
    told = section(signed_in)
    assert f"{title} We are looking at it. You get our answer by March 21, 2026." in told
    assert "We hold reminders back" not in told  # the request says it
    say(staff, made, "Can you send us a pay slip?")
    assert "We have written to you about it. You get our answer by March 21, 2026." in section(signed_in)
    with time_machine.travel(NOON + timedelta(days=11), tick=False):
        signed_in.force_login(loan.borrower.user)
        assert "Our answer is late, and we are sorry." in section(signed_in)
    journeys.decide(made, decision=Decision(HelpState.ACCEPTED, "Yes."), by=staff, now=NOON)
    assert title not in section(signed_in)


def test_an_answer_that_was_not_read_is_told_until_it_is(
    signed_in: Client, staff: User, borrower: Borrower
) -> None:
    said = Said("When is my bill due?")
    conversation = conversations.write(borrower, said=said, topic=Topic.BILL, now=NOON).conversation
    assert "A question still waits for our answer. Reminders may come again" in section(signed_in)
    conversations.answer(staff, conversation=conversation, said=Said("On Sunday."), now=NOON)
    assert section(signed_in) == "What is open We have answered your message. You have not read it yet."
    signed_in.get(reverse("conversations:thread", args=[conversation.pk]))
    assert section(signed_in) == ""


def test_a_stop_is_told_with_its_day_and_a_pause_gives_way_to_it(
    signed_in: Client, borrower: Borrower
) -> None:
    pause(borrower, until=date(2026, 3, 31))
    told = section(signed_in)
    assert told == "What is open Reminders are paused Reminders may come again on March 31, 2026."
    stops.stop(borrower, words="stop", way="page", by=None, now=NOON)
    told = section(signed_in)
    assert "Reminders are stopped You asked us to stop on March 11, 2026" in told
    assert "paused" not in told


def test_a_pause_that_is_over_is_not_told(signed_in: Client, borrower: Borrower) -> None:
    pause(borrower, until=date(2026, 3, 11))
    assert section(signed_in) == ""


def test_holds_of_the_lender_are_told_with_their_end_and_gone_with_it(
    signed_in: Client, loan: CreditAccount
) -> None:
    hold(loan.borrower, HoldReason.ATTORNEY)
    hold(loan.borrower, HoldReason.PAID, account=loan, ended_at=datetime(2026, 3, 15, 4, tzinfo=UTC))
    hold(loan.borrower, HoldReason.INSOLVENCY, ended_at=NOON)
    told = section(signed_in)
    assert "An attorney has taken the matter over. No end is set: it stays until we lift it." in told
    assert "A payment is said to be on its way. Reminders may come again on March 15, 2026." in told
    assert "insolvency" not in told


def test_the_account_page_tells_what_is_about_that_account_alone(
    signed_in: Client, loan: CreditAccount
) -> None:
    other = factories.make_card(loan.borrower)
    promise(loan)
    hold(loan.borrower, HoldReason.DISPUTE, account=other)
    stops.stop(loan.borrower, words="stop", way="page", by=None, now=NOON)
    of_loan, of_card = (
        section(signed_in, reverse("loans:account", args=[account.public_id])) for account in (loan, other)
    )
    assert "You promised" in of_loan
    assert "disputed" not in of_loan
    assert "The debt is disputed" in of_card
    assert "You promised" not in of_card
    assert "You asked us to stop" not in of_loan + of_card


def test_nothing_of_another_borrower_is_told(
    stranger_client: Client, borrower: Borrower, loan: CreditAccount
) -> None:
    promise(loan)
    hold(borrower, HoldReason.BEREAVEMENT)
    assert section(stranger_client) == ""


def test_who_is_late_and_has_told_us_need_not_do_so_again(signed_in: Client, borrower: Borrower) -> None:
    late = contracted(borrower, paid=1)
    pages = [OVERVIEW, reverse("loans:account", args=[late.public_id])]
    assert all("you need not tell us again" not in signed_in.get(page).text for page in pages)
    ask(late, HelpKind.HARDSHIP)
    for page in pages:
        shown = signed_in.get(page).text
        assert "is past its due date" in shown
        assert "you need not tell us again" in shown


def test_it_costs_the_overview_one_query_however_much_is_open(
    signed_in: Client, loan: CreditAccount, django_assert_max_num_queries: Any
) -> None:
    for kind in HelpKind:
        promise(loan) if kind == HelpKind.PROMISE else ask(loan, kind)
    hold(loan.borrower, HoldReason.ATTORNEY)
    signed_in.get(OVERVIEW)
    with django_assert_max_num_queries(8):
        assert section(signed_in).count(loan.reference) == 4


@pytest.mark.parametrize("language", [code for code, _ in LANGUAGES if code != "en"])
def test_it_is_told_in_the_readers_language(
    signed_in: Client, borrower: Borrower, loan: CreditAccount, language: str
) -> None:
    promise(loan)
    ask(loan, HelpKind.HARDSHIP)
    Borrower.objects.update(language=language)
    signed_in.cookies["django_language"] = language
    told = section(signed_in)
    assert "88.85" in told
    assert not re.search(r"[a-z]{3}", told)
