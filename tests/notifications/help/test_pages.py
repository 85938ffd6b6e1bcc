"""The pages on which help is asked for, and those on which staff answer."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Borrower
from loans.models import CreditAccount
from notifications.help.rules import Promise
from notifications.models import HelpRequest
from notifications.models.help import HelpKind, HelpState
from tests import factories
from tests.notifications.help.requests import SECRET, ask_for, fresh, promise


def page(client: Client, kind: str, account: CreditAccount | None = None, **form: str) -> Any:
    path = reverse("help:ask", args=[kind]) + (f"?account={account.public_id}" if account else "")
    return client.post(path, form) if form else client.get(path)


def test_a_promise_made_on_the_page_is_shown_with_its_reference(
    signed_in: Client, loan: CreditAccount
) -> None:
    answer = page(signed_in, "promise", loan, amount="88.85", day="2026-03-20")
    made = HelpRequest.objects.get()
    shown = signed_in.get(answer["Location"]).content.decode()
    assert made.reference in shown
    assert "$88.85 by March 20, 2026" in shown


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"amount": "88.85", "day": "2026-03-10"}, "That day has passed."),
        ({"amount": "88.85", "day": "2026-04-11"}, "Choose April 10, 2026 or an earlier day."),
        ({"amount": "88.85", "day": "soon"}, "Write the day like"),
        ({"amount": "0", "day": "2026-03-20"}, "Write an amount above 0"),
        ({"amount": "1.005", "day": "2026-03-20"}, "amount"),
        ({"amount": "5000", "day": "2026-03-20"}, "You owe $841.51. Write this or less."),
        ({"amount": "", "day": "2026-03-20"}, "Write an amount above 0"),
    ],
)
def test_what_cannot_be_promised_is_said_and_nothing_is_written(
    signed_in: Client, loan: CreditAccount, form: dict[str, str], said: str
) -> None:
    shown = page(signed_in, "promise", loan, **form)
    assert shown.status_code == 200
    assert said in shown.content.decode()
    assert not HelpRequest.objects.exists()


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("due_day", {"day_of_month": "15"}),
        ("hardship", {"why": "income", "text": SECRET}),
        ("dispute", {"what": "paid", "text": SECRET}),
        ("complaint", {"text": SECRET, "wanted": "An apology"}),
    ],
)
def test_each_thing_can_be_asked_for_seen_and_taken_back(
    signed_in: Client, loan: CreditAccount, kind: str, form: dict[str, str]
) -> None:
    assert page(signed_in, kind).status_code == 200
    answer = page(signed_in, kind, **form)
    assert HelpRequest.objects.get().kind == kind
    assert HelpRequest.objects.get().reference in signed_in.get(answer["Location"]).content.decode()
    assert HelpRequest.objects.get().reference in signed_in.get(reverse("help:list")).content.decode()
    signed_in.post(answer["Location"])
    assert HelpRequest.objects.get().state == HelpState.WITHDRAWN


def test_who_has_two_accounts_chooses_first(
    signed_in: Client, borrower: Borrower, loan: CreditAccount
) -> None:
    factories.make_card(borrower)
    shown = page(signed_in, "dispute").content.decode()
    assert "Which one is it about?" in shown
    assert str(loan.public_id) in shown
    assert page(signed_in, "dispute", loan, what="paid", text="x").status_code == 302
    assert HelpRequest.objects.get().account == loan


def test_nobody_asks_about_anothers_account(stranger_client: Client, loan: CreditAccount) -> None:
    assert page(stranger_client, "dispute", loan).status_code == 404
    assert page(stranger_client, "dispute", loan, what="paid", text="x").status_code == 404
    assert not HelpRequest.objects.exists()


def test_there_is_no_page_for_what_cannot_be_asked_for(signed_in: Client) -> None:
    assert page(signed_in, "refund").status_code == 404


def test_too_much_is_not_sent_and_not_lost(signed_in: Client, loan: CreditAccount) -> None:
    for _ in range(10):
        signed_in.post(page(signed_in, "complaint", text=SECRET)["Location"])
    shown = page(signed_in, "complaint", text=SECRET)
    assert "You have written to us often just now." in shown.content.decode()
    assert SECRET in shown.content.decode()


def test_staff_answer_a_request(staff_client: Client, loan: CreditAccount) -> None:
    made = ask_for(loan, HelpKind.DUE_DAY, day_of_month=15)
    path = reverse("admin:notifications_helprequest_decide", args=[made.pk])
    shown = staff_client.get(path).content.decode()
    assert SECRET in shown
    assert "<strong>Day of the month</strong> 15" in shown
    assert (
        staff_client.post(path, {"state": "accepted", "answer": "Yes", "moves_bills": "on"}).status_code
        == 302
    )
    assert fresh(made).state == HelpState.ACCEPTED
    assert loan.bills.filter(due_on=date(2026, 4, 15)).exists()


@pytest.mark.parametrize(
    ("kind", "details", "said"),
    [
        (HelpKind.DUE_DAY, {"day_of_month": 15}, ["Day of the month", "15"]),
        (HelpKind.HARDSHIP, {"why": "health"}, ["What has changed?", "Illness or an accident"]),
        (HelpKind.DISPUTE, {"what": "not_mine"}, ["What is not right?", "It is not my debt"]),
        (
            HelpKind.PROMISE,
            Promise(Decimal("88.85"), date(2026, 4, 1)).to_json(),
            ["$88.85 by April 1, 2026"],
        ),
    ],
)
def test_staff_and_the_borrower_read_the_same_of_what_is_asked(
    staff_client: Client,
    signed_in: Client,
    loan: CreditAccount,
    kind: HelpKind,
    details: dict[str, Any],
    said: list[str],
) -> None:
    made = ask_for(loan, kind, **details)
    theirs = signed_in.get(reverse("help:request", args=[made.pk])).content.decode()
    shown = staff_client.get(
        reverse("admin:notifications_helprequest_change", args=[made.pk])
    ).content.decode()
    for words in said:
        assert words in theirs
        assert words in shown
    assert "{" not in shown.partition('class="form-row field-asked"')[2].partition("</fieldset>")[0]


def test_nobody_decides_about_a_promise(staff_client: Client, loan: CreditAccount) -> None:
    made = promise(loan)
    path = reverse("admin:notifications_helprequest_decide", args=[made.pk])
    staff_client.post(path, {"state": "declined", "answer": "No"})
    assert fresh(made).state == HelpState.OPEN
