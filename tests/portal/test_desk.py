"""The staff's first page: what waits for a person, for who may see it, at a bounded cost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import desk
from accounts.models import Borrower, User
from loans.models import ApiCall, ApiKey, ImportRun, PayOrder
from notifications import desk_lines, workers
from notifications.law import books
from notifications.models import Attempt, Conversation, HelpRequest, Lane, MessageTemplate, Tick
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:index")
CAREFUL = books.careful()
Clerk = Callable[..., User]


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture(autouse=True)
def _engine_at_work(now: datetime) -> None:
    Tick.objects.create(name="plan", slot=now, finished_at=now)
    workers.beat("run_engine@a:1", now=now)


@pytest.fixture(autouse=True)
def _no_rulebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that ship grow old, and a test must not."""
    monkeypatch.setattr(books, "all_books", dict)


@pytest.fixture
def clerk() -> Clerk:
    """Staff with these rights and no other."""

    def make(*rights: str) -> User:
        user = factories.make_staff(is_superuser=False)
        user.user_permissions.set(Permission.objects.filter(codename__in=rights))
        assert user.user_permissions.count() == len(rights)
        return user

    return make


def lines(user: User, now: datetime) -> dict[str, desk.Waiting]:
    return {each.what: each for each in desk.of(user, now=now)}


def ask(borrower: Borrower, kind: str, due_at: datetime) -> HelpRequest:
    number = HelpRequest.objects.count()
    return HelpRequest.objects.create(borrower=borrower, kind=kind, reference=f"R-{number}", due_at=due_at)


def test_where_nothing_waits_the_page_says_so(staff_client: Client) -> None:
    assert "Nothing that you may see waits for a person." in staff_client.get(PAGE).text


def test_a_conversation_waits_until_it_is_answered(staff: User, borrower: Borrower, now: datetime) -> None:
    thread = Conversation.objects.create(
        borrower=borrower, topic="bill", waiting_since=now - timedelta(hours=5)
    )
    waiting = lines(staff, now)["Conversations that wait for us"]
    assert (waiting.number, waiting.note) == (1, "the first has waited for 5 hours")
    thread.waiting_since = None
    thread.save()
    assert lines(staff, now) == {}


def test_requests_come_by_kind_and_what_is_overdue_comes_first(
    staff: User, borrower: Borrower, stranger: Borrower, now: datetime
) -> None:
    ask(borrower, "dispute", now + timedelta(days=3))
    ask(borrower, "promise", now - timedelta(days=3))  # judged by what comes in, and by nobody
    ask(borrower, "complaint", now + timedelta(days=1))
    ask(stranger, "complaint", now - timedelta(hours=1))
    found = desk.of(staff, now=now)
    assert [(each.what, each.number, each.is_pressing) for each in found] == [
        ("Complaints", 2, True),
        ("Disputes", 1, False),
    ]
    assert found[0].note == "1 is overdue"


def test_each_line_leads_to_the_rows_that_it_counts(
    staff_client: Client, staff: User, borrower: Borrower, now: datetime
) -> None:
    Conversation.objects.create(borrower=borrower, topic="bill", waiting_since=now)
    Conversation.objects.create(borrower=borrower, topic="payment")
    ask(borrower, "complaint", now + timedelta(days=1))
    ask(borrower, "hardship", now + timedelta(days=1))
    done = ask(borrower, "due_day", now)
    HelpRequest.objects.filter(pk=done.pk).update(state="accepted", ended_at=now)
    for state in ("unknown", "accepted"):
        Attempt.objects.create(
            borrower=borrower,
            category="due",
            channel="sms",
            provider="twilio",
            state=state,
            started_at=now,
        )
    Lane.objects.create(borrower=borrower, set_aside_at=now, fruitless=5)
    MessageTemplate.objects.create(code="due", language="en", version=9, subject="", body="", short="")
    found = desk.of(staff, now=now)
    assert len(found) == 6
    for each in found:
        shown = staff_client.get(each.address).context["cl"].result_list
        assert len(shown) == each.number == 1, each.what


def test_what_waits_in_the_books_leads_to_its_rows(
    staff_client: Client, staff: User, borrower: Borrower, now: datetime
) -> None:
    loan = factories.make_loan(borrower, difference=Decimal("58.49"))
    factories.make_loan(borrower)
    for state in ("checked", "refused"):
        PayOrder.objects.create(account=loan, provider="sandbox", amount=10, state=state, created_at=now)
    key = ApiKey.objects.create(name="Core", start="bpk_", digest="d", scopes=["read"])
    for refused in (0, 3):
        ApiCall.objects.create(key=key, method="POST", path="/api/v1/", at=now, refused=refused)
    long_ago = now - timedelta(days=1)
    ImportRun.objects.create(digest="a", folder="/killed", started_at=long_ago)
    ImportRun.objects.create(digest="b", folder="/wrong", started_at=long_ago, refused_lines=2)
    ImportRun.objects.create(digest="c", folder="/good", started_at=long_ago, finished_at=now)
    found = desk.of(staff, now=now)
    assert [each.what for each in found] == [
        "Online payments to be checked",
        "Imports refused for wrong lines",
        "Imports that have not come to an end",
        "API calls with refused rows",
        "Accounts whose reported balance is not our own sum",
    ]
    for each in found:
        shown = staff_client.get(each.address).context["cl"].result_list
        assert len(shown) == each.number == 1, each.what


def test_corrected_files_of_the_same_folder_end_the_wait_for_refused_ones(staff: User, now: datetime) -> None:
    ImportRun.objects.create(digest="a", folder="/f", started_at=now - timedelta(hours=1), refused_lines=2)
    assert set(lines(staff, now)) == {"Imports refused for wrong lines"}
    ImportRun.objects.create(digest="b", folder="/f", started_at=now, finished_at=now)
    assert lines(staff, now) == {}


def test_money_to_be_checked_waits_until_somebody_says_what_became_of_it(
    staff_client: Client, staff: User, signed_in: Client, borrower: Borrower, now: datetime
) -> None:
    loan = factories.make_loan(borrower)
    order = PayOrder.objects.create(account=loan, provider="sandbox", amount=10, state="checked")
    page = reverse("admin:loans_payorder_settle", args=[order.pk])
    assert staff_client.get(page).status_code == 200
    assert staff_client.post(page, {"words": "booked by hand"}).status_code == 302
    order.refresh_from_db()
    assert order.state == "settled"
    assert LogEntry.objects.get().change_message == "booked by hand"
    assert lines(staff, now) == {}
    own = signed_in.get(reverse("loans:pay_order", args=[order.pk])).text
    assert "Our staff have looked at what arrived." in own
    staff_client.post(page, {"words": "again"})
    assert LogEntry.objects.count() == 1


def test_nobody_is_told_of_what_they_may_not_see_and_nothing_is_asked_for_them(
    client: Client, clerk: Clerk, borrower: Borrower, now: datetime
) -> None:
    Conversation.objects.create(borrower=borrower, topic="bill", waiting_since=now)
    ask(borrower, "complaint", now)
    assert set(lines(clerk("view_helprequest"), now)) == {"Complaints"}
    nobody = clerk()
    nobody.has_perm("any.right")  # the rights themselves are read once
    with CaptureQueriesContext(connection) as asked:
        assert desk.of(nobody, now=now) == []
    assert len(asked) == 0


def test_the_desk_asks_the_same_few_queries_however_much_waits(staff: User, now: datetime) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.of(staff, now=now)
        return len(queries)

    few = asked()
    for _ in range(5):
        person = factories.make_borrower()
        Conversation.objects.create(borrower=person, topic="bill", waiting_since=now)
        ask(person, "complaint", now)
        Lane.objects.create(borrower=person, set_aside_at=now)
    assert asked() == few <= 16


def test_a_count_goes_no_further_than_its_bound(
    staff: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_lines, "MOST", 3)
    monkeypatch.setattr(desk, "MOST", 3)
    for _ in range(4):
        Conversation.objects.create(borrower=factories.make_borrower(), topic="bill", waiting_since=now)
    [waiting] = desk.of(staff, now=now)
    assert waiting.figure == "3+"


def test_an_engine_that_stands_still_is_pressing(staff: User, now: datetime) -> None:
    later = now + timedelta(hours=3)
    [waiting] = desk.of(staff, now=later)
    assert waiting.is_pressing
    assert "The engine stands still: its last slot finished 3 hours ago." in waiting.note


@pytest.mark.parametrize(
    ("today", "is_ageing"),
    [(date(2026, 12, 1), False), (date(2027, 1, 10), False), (date(2027, 1, 11), True)],
)
def test_a_rulebook_that_nobody_went_through_for_a_year_waits(today: date, is_ageing: bool) -> None:
    assert desk_lines.is_ageing(replace(CAREFUL, version="2026-01-10"), today=today) == is_ageing


@pytest.mark.parametrize(
    ("today", "is_ageing"), [(date(2026, 4, 1), False), (date(2026, 5, 10), True), (date(2026, 7, 2), False)]
)
def test_a_rulebook_waits_before_one_of_its_rules_ends(today: date, is_ageing: bool) -> None:
    rule = replace(CAREFUL.rules[0], effective_to=date(2026, 7, 1))
    book = replace(CAREFUL, version="2026-01-10", rules=(rule,))
    assert desk_lines.is_ageing(book, today=today) == is_ageing


def test_the_rulebooks_that_wait_are_named(
    staff: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = replace(CAREFUL, version="2001-01-01")
    monkeypatch.setattr(books, "all_books", lambda: {"careful": old})
    [waiting] = desk.of(staff, now=now)
    assert (waiting.number, waiting.note) == (1, CAREFUL.name)


def test_a_borrower_set_aside_is_given_back_with_the_reason_on_record(
    staff_client: Client, staff: User, borrower: Borrower, now: datetime
) -> None:
    lane = Lane.objects.create(borrower=borrower, set_aside_at=now, fruitless=5)
    page = reverse("admin:notifications_lane_release", args=[lane.pk])
    assert borrower.name in staff_client.get(page).text
    assert staff_client.post(page, {"reason": ""}).status_code == 200
    assert staff_client.post(page, {"reason": "the stored choice was mended"}).status_code == 302
    lane.refresh_from_db()
    assert (lane.set_aside_at, lane.fruitless) == (None, 0)
    assert LogEntry.objects.get().change_message == "the stored choice was mended"
    assert staff_client.get(page).status_code == 404


def test_who_may_only_look_gives_nobody_back(
    client: Client, clerk: Clerk, borrower: Borrower, now: datetime
) -> None:
    lane = Lane.objects.create(borrower=borrower, set_aside_at=now)
    client.force_login(clerk("view_lane"))
    page = reverse("admin:notifications_lane_release", args=[lane.pk])
    assert client.post(page, {"reason": "because"}).status_code == 403


@pytest.mark.parametrize(
    ("cookie", "shown", "zone"),
    [
        ("Asia/Tokyo", "March 2, 2026, 8:30 a.m.", "Asia/Tokyo"),
        ("", "March 1, 2026, 11:30 p.m.", "UTC"),
        ("../../etc/passwd", "March 1, 2026, 11:30 p.m.", "UTC"),
    ],
)
def test_staff_read_times_by_the_clock_of_their_own_computer_and_which_it_is(
    staff_client: Client, borrower: Borrower, cookie: str, shown: str, zone: str
) -> None:
    at = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    thread = Conversation.objects.create(borrower=borrower, topic="bill", opened_at=at)
    if cookie:
        staff_client.cookies["staff_zone"] = cookie
    page = staff_client.get(reverse("admin:notifications_conversation_change", args=[thread.pk])).text
    assert shown in page
    assert f"Times are by the clock of {zone}." in page
    assert timezone.get_current_timezone_name() == "UTC"
