"""Paying online: a page at the provider, a signed event, one payment; whatever comes twice, late or wrong."""

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Borrower
from loans import checks, payments, reversals
from loans.models import CreditAccount, PayEvent, Payment, PayOrder
from loans.pay import instructions
from loans.pay.signature import is_signed, sign
from notifications import plan
from notifications.models import Attempt, Reminder
from notifications.words import ReminderState
from tests import factories
from tests.days import today
from tests.sandbox import Sandbox, running

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def provider(server: Sandbox, settings: Any) -> None:
    settings.SANDBOX_URL = server.url


@pytest.fixture
def loan(borrower: Borrower) -> CreditAccount:
    """100 overdue, 100 due in three days, 100 in a month."""
    loan = factories.make_loan(borrower, principal=Decimal(300), instalments=3)
    for days in (-5, 3, 33):
        factories.make_bill(loan, due_on=today() + timedelta(days=days))
    return loan


@pytest.fixture
def order(loan: CreditAccount) -> PayOrder:
    """A page for 200 that the person has before them."""
    return PayOrder.objects.create(
        account=loan, provider="sandbox", amount=Decimal(200), page_url="http://127.0.0.1/pay/pages/x",
        expires_at=timezone.now() + timedelta(minutes=30),
    )  # fmt: skip


def post(client: Client, loan: CreditAccount, choice: str, amount: str = "") -> HttpResponse:
    return client.post(reverse("loans:pay", args=[loan.public_id]), {"choice": choice, "amount": amount})


def tell(
    settings: Any, order: PayOrder | str, became: str = "paid", *, key: str = "evt-1", **other: Any
) -> int:
    """The provider's event; the status we answer. other: amount, currency, at (timestamp), secret, name, body."""
    pk = order if isinstance(order, str) else str(order.pk)
    said = {"order": pk, "became": became, "amount": "200.00", "currency": "USD", "on": today().isoformat()}
    said |= {name: other[name] for name in ("amount", "currency", "on") if name in other}
    body, at = other.get("body", json.dumps(said)), other.get("at", int(time.time()))
    headers = {
        "webhook-id": key,
        "webhook-timestamp": str(at),
        "webhook-signature": sign(other.get("secret", settings.PAY_SECRET), key, at, body),
    }
    path = reverse("loans:pay_hook", args=[other.get("name", "sandbox")])
    return Client().post(path, body, content_type="application/json", headers=headers).status_code


# ---------- to the page ----------


@pytest.mark.parametrize(
    ("choice", "amount", "becomes"), [("due", "", 200), ("overdue", "", 100), ("other", "12.34", "12.34")]
)
def test_the_chosen_amount_gets_a_page_at_the_provider(
    provider: None, signed_in: Client, loan: CreditAccount, choice: str, amount: str, becomes: str
) -> None:
    answer = post(signed_in, loan, choice, amount)
    order = PayOrder.objects.get()
    assert answer["Location"] == reverse("loans:pay_order", args=[order.pk])
    assert (order.amount, order.state) == (Decimal(becomes), "created")
    text = signed_in.get(answer["Location"]).content.decode()
    assert order.page_url in text
    assert "You leave this site now" in text


@pytest.mark.parametrize(
    ("choice", "amount", "said"),
    [
        ("", "", "Choose how much you want to pay."),
        ("other", "", "Write an amount above 0"),
        ("other", "-5", "Write an amount above 0"),
        ("other", "300.01", "more than is owed. Write at most $300.00"),
        ("other", "1.005", "no smaller unit"),
    ],
)
def test_a_wrong_amount_is_said_and_nothing_begins(
    signed_in: Client, loan: CreditAccount, choice: str, amount: str, said: str
) -> None:
    assert said in post(signed_in, loan, choice, amount).content.decode()
    assert not PayOrder.objects.exists()


def test_a_card_can_be_paid_in_full_and_a_loan_is_not_offered_what_would_not_settle_it(
    provider: None, signed_in: Client, loan: CreditAccount, borrower: Borrower
) -> None:
    card = factories.make_card(borrower, reported_balance=Decimal("512.50"), reported_at=timezone.now())
    factories.make_bill(card, amount=Decimal(50), due_on=today() + timedelta(days=9))
    of_card, of_loan = (
        signed_in.get(reverse("loans:pay", args=[account.public_id])).text for account in (card, loan)
    )
    assert "All that is owed: $512.50" in of_card
    assert "All that is owed" not in of_loan
    assert post(signed_in, card, "all").status_code == 302
    assert PayOrder.objects.get().amount == Decimal("512.50")


def test_all_of_it_is_never_chosen_for_a_person(signed_in: Client, borrower: Borrower) -> None:
    card = factories.make_card(borrower, reported_balance=Decimal(500), reported_at=timezone.now())
    page = signed_in.get(reverse("loans:pay", args=[card.public_id])).text
    chosen = re.findall(r'<input[^>]*name="choice"[^>]*checked', page)
    assert len(chosen) == 1
    assert 'value="other"' in chosen[0]


def test_a_double_click_gets_one_page(provider: None, signed_in: Client, loan: CreditAccount) -> None:
    first, second = post(signed_in, loan, "due"), post(signed_in, loan, "due")
    assert first["Location"] == second["Location"]
    assert PayOrder.objects.count() == 1


def test_a_provider_that_is_away_leaves_the_other_ways(
    signed_in: Client, loan: CreditAccount, settings: Any
) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    answer = post(signed_in, loan, "due")
    assert answer.status_code == 503
    assert "Nothing was paid" in answer.content.decode()
    assert PayOrder.objects.get().state == "no_page"


def test_without_a_provider_nobody_is_offered_to_pay_here(
    signed_in: Client, loan: CreditAccount, settings: Any
) -> None:
    pages = [reverse("loans:dashboard"), reverse("loans:account", args=[loan.public_id])]
    pay = reverse("loans:pay", args=[loan.public_id])
    assert all(pay in signed_in.get(page).content.decode() for page in pages)
    settings.PAY_PROVIDER = ""
    assert all("Pay now" not in signed_in.get(page).content.decode() for page in pages)
    assert signed_in.get(pay).status_code == 404


# ---------- the event ----------


def test_the_event_books_the_payment_and_silences(
    signed_in: Client, order: PayOrder, loan: CreditAccount, settings: Any
) -> None:
    call_command("load_defaults")
    plan.plan(now=timezone.now(), since=None)
    assert tell(settings, order) == 204
    payment = Payment.objects.get()
    assert (payment.amount, payment.reference, payment.account) == (200, order.reference, loan)
    assert loan.bills.filter(closed_at=None).count() == 1
    of_paid = Reminder.objects.filter(bill__closed_at__isnull=False)
    assert of_paid.exists()
    assert not of_paid.filter(state=ReminderState.PLANNED).exists()
    assert Attempt.objects.get().category == "receipt"
    text = signed_in.get(reverse("loans:pay_order", args=[order.pk]) + "?back=1").content.decode()
    assert "Your payment is booked" in text
    assert reverse("loans:receipt", args=[payment.public_id]) in text


def test_what_was_taken_back_is_said_and_can_be_paid_again(
    signed_in: Client, order: PayOrder, settings: Any
) -> None:
    tell(settings, order)
    reversals.reverse(Payment.objects.get(), why=reversals.CHARGED_BACK, by=None, now=timezone.now())
    text = signed_in.get(reverse("loans:pay_order", args=[order.pk])).content.decode()
    assert "charged back by the bank" in text
    assert "Your payment is booked" not in text
    assert "Try again" in text


def test_told_twice_it_is_booked_once(order: PayOrder, settings: Any) -> None:
    assert [tell(settings, order), tell(settings, order), tell(settings, order, key="evt-2")] == [204] * 3
    assert Payment.objects.count() == 1
    assert list(PayEvent.objects.order_by("key").values_list("outcome", flat=True)) == [
        "booked", "is paid already",
    ]  # fmt: skip


@pytest.mark.parametrize(("became", "said"), [("refused", "was refused"), ("expired", "has expired")])
def test_what_was_not_paid_is_said_and_can_be_tried_again(
    signed_in: Client, order: PayOrder, settings: Any, became: str, said: str
) -> None:
    assert tell(settings, order, became) == 204
    text = signed_in.get(reverse("loans:pay_order", args=[order.pk])).content.decode()
    assert said in text
    assert "Try again" in text
    assert not Payment.objects.exists()


def test_a_late_event_books_even_what_had_expired(order: PayOrder, settings: Any) -> None:
    tell(settings, order, "expired")
    assert tell(settings, order, key="evt-2", on=(today() - timedelta(days=2)).isoformat()) == 204
    order.refresh_from_db()
    assert order.state == "paid"
    assert Payment.objects.get().received_on == today() - timedelta(days=2)
    assert tell(settings, order, "refused", key="evt-3") == 204
    order.refresh_from_db()
    assert order.state == "paid"


@pytest.mark.parametrize("other", [{"amount": "100.00"}, {"currency": "EUR"}])
def test_another_amount_than_was_asked_is_for_people(
    signed_in: Client, order: PayOrder, settings: Any, other: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    assert tell(settings, order, **other) == 204
    order.refresh_from_db()
    assert order.state == "checked"
    assert not Payment.objects.exists()
    assert "pay_to_be_checked" in caplog.text
    text = signed_in.get(reverse("loans:pay_order", args=[order.pk])).content.decode()
    assert "You need not pay again" in text


@pytest.mark.parametrize(
    "other",
    [
        {"secret": "whsec_d3Jvbmc="},
        {"at": int(time.time()) - 600},
        {"at": int(time.time()) + 600},
        {"name": "other"},
    ],
)
def test_what_the_provider_did_not_sign_just_now_is_refused(
    order: PayOrder, settings: Any, other: dict[str, Any]
) -> None:
    assert tell(settings, order, **other) == 403
    assert not PayEvent.objects.exists()


@pytest.mark.parametrize("body", ["{}", "[]", "no", '{"order": 1, "became": "gone"}'])
def test_what_is_signed_and_says_nothing_is_not_understood(order: PayOrder, settings: Any, body: str) -> None:
    assert tell(settings, order, body=body) == 400


@pytest.mark.parametrize("order_id", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_an_event_of_no_order_is_written_down(settings: Any, order_id: str) -> None:
    assert tell(settings, order_id) == 204
    assert PayEvent.objects.get().outcome == "no such order"


def test_an_empty_secret_lets_nobody_sign() -> None:
    now = timezone.now()
    sent = int(now.timestamp())
    headers = {"webhook-id": "1", "webhook-timestamp": str(sent)}
    nobodys = {**headers, "webhook-signature": sign("", "1", sent, "{}")}
    assert not is_signed("", nobodys, b"{}", now=now)
    secret = "whsec_c2VjcmV0"
    ours = {**headers, "webhook-signature": f"v1,wrong {sign(secret, '1', sent, '{}')}"}
    assert is_signed(secret, ours, b"{}", now=now)


# ---------- whose it is ----------


def test_nobody_else_sees_what_became_of_it(
    client: Client, stranger_client: Client, order: PayOrder, loan: CreditAccount
) -> None:
    page = reverse("loans:pay_order", args=[order.pk])
    assert stranger_client.get(page).status_code == 404
    assert client.get(page).status_code == 302
    assert post(stranger_client, loan, "due").status_code == 404
    assert PayOrder.objects.count() == 1


def test_a_page_that_ended_is_not_offered(signed_in: Client, order: PayOrder) -> None:
    PayOrder.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    text = signed_in.get(reverse("loans:pay_order", args=[order.pk])).content.decode()
    assert order.page_url not in text
    assert "has expired" in text


def test_a_paid_off_account_has_no_button(signed_in: Client, loan: CreditAccount) -> None:
    new = payments.NewPayment(amount=Decimal(300), currency="USD", received_on=today())
    payments.record(loan, payment=new, by=None, now=timezone.now())
    assert signed_in.get(reverse("loans:pay", args=[loan.public_id])).status_code == 404
    page = signed_in.get(reverse("loans:account", args=[loan.public_id])).content.decode()
    assert "Pay now" not in page


# ---------- settings ----------


def test_the_lenders_instructions_are_in_the_readers_language(signed_in: Client, loan: CreditAccount) -> None:
    assert "routing number" in signed_in.get(reverse("loans:dashboard")).content.decode()
    with translation.override("zh-hans"):
        assert "请转账至" in instructions.of("USD", "zh-hans")
    assert instructions.of("KWD", "en") == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [("=", "cannot be read"), ("[usd]\nen = 'x'", "is not a currency"), ("[USD]\nfr = 'x'", "give a text for en"),
     ("[USD]\nen = 1", "one text")],
)  # fmt: skip
def test_a_faulty_file_of_instructions_is_named(settings: Any, tmp_path: Any, text: str, said: str) -> None:
    file = tmp_path / "words.toml"
    file.write_text(text)
    settings.PAYMENT_INSTRUCTIONS = str(file)
    [error] = checks.payment_instructions_can_be_read()
    assert said in error.msg


def test_the_sandbox_takes_no_money_in_production(settings: Any) -> None:
    assert checks.pay_provider_can_be_used() == []
    settings.LOCAL = False
    assert [error.id for error in checks.pay_provider_can_be_used()] == ["loans.E002"]
    settings.PAY_PROVIDER = "other"
    assert [error.id for error in checks.pay_provider_can_be_used()] == ["loans.E001"]
    settings.PAY_PROVIDER = ""
    assert checks.pay_provider_can_be_used() == []
