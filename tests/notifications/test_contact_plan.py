"""My contact plan: the same messages as the preview, in a calendar, with their words."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from notifications import contact_plan, preview, stops
from tests import factories
from tests.notifications.test_pages import form

pytestmark = pytest.mark.django_db
PLAN, PREFERENCES, PREVIEW = (reverse(f"notifications:{one}") for one in ("plan", "preferences", "preview"))


@pytest.fixture
def bill(borrower):
    call_command("load_defaults")
    today = timezone.now().date()
    return factories.make_bill(factories.make_loan(borrower), due_on=today + timedelta(days=20))


def test_the_plan_shows_each_message_of_the_preview_with_its_words_and_its_reason(signed_in, borrower, bill):
    told = preview.look(borrower, now=timezone.now(), days=contact_plan.DAYS).told()
    sent = [(planned, words) for planned, words in told if words]
    page = signed_in.get(PLAN).content.decode()
    assert len(sent) > 2
    assert page.count('<li class="card') == len(sent)
    for planned, words in sent:
        assert f"{planned.at:%H:%M}" in page
        assert words.text.splitlines()[0].split(" (")[0] in page
        assert f'href="#day-{planned.at.date()}"' in page
        assert f'id="day-{planned.at.date()}"' in page


def test_a_message_after_the_thirtieth_day_is_in_the_plan(signed_in, borrower, bill):
    later = timezone.now().date() + timedelta(days=55)
    factories.make_bill(bill.account, due_on=later)
    assert f"day-{later - timedelta(days=3)}" in signed_in.get(PLAN).content.decode()


def test_after_a_stop_the_plan_is_empty_and_says_why(signed_in, borrower, bill):
    stops.stop(borrower, words="STOP", way="page", by=None, now=timezone.now())
    page = signed_in.get(PLAN).content.decode()
    assert "You have stopped all reminders" in page
    assert '<li class="card' not in page


def test_more_bills_cost_no_more_queries(signed_in, borrower, bill):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            signed_in.get(PLAN)
        return len(captured)

    queries()  # the first visit also reads the person's language
    few = queries()
    for days in range(21, 27):
        factories.make_bill(bill.account, due_on=timezone.now().date() + timedelta(days=days))
    assert queries() == few


def test_the_comparison_tells_how_many_there_are_now_and_how_many_there_would_be(signed_in, borrower, bill):
    signed_in.post(PREFERENCES, form())
    less = signed_in.post(PREVIEW, form(lead_days=["3"])).content.decode()
    looked = preview.look(borrower, now=timezone.now(), days=60)
    now = len([one for one in looked.planned() if one.is_sent])
    assert f"This turns {now} messages into {now - 1}." in less
    other_hour = signed_in.post(PREVIEW, form(from_all="11:00")).content.decode()
    assert f"It stays at {now} messages." in other_hour


@pytest.mark.parametrize(
    ("place", "first"),
    [(("en", "US"), "Sunday"), (("en", "GB"), "Monday"), (("zh-hans", "CN"), "星期一")],
)
def test_a_week_begins_where_its_readers_begin_it(place, first):
    months = contact_plan.months([], today=date(2026, 1, 31), days=60, place=contact_plan.Place(*place))
    assert [month.first for month in months] == [
        date(2026, 1, 1),
        date(2026, 2, 1),
        date(2026, 3, 1),
        date(2026, 4, 1),
    ]
    assert months[0].weekdays[0][1] == first
    shown = [cell.day for month in months for week in month.weeks for cell in week if cell.is_shown]
    assert shown == [date(2026, 1, 31) + timedelta(days=number) for number in range(61)]


def test_the_days_are_those_of_the_borrowers_zone(signed_in, borrower, bill):
    type(borrower).objects.filter(pk=borrower.pk).update(
        time_zone="Pacific/Kiritimati", country="KI", region=""
    )
    with time_machine.travel(datetime(2026, 1, 30, 11, tzinfo=timezone.get_fixed_timezone(0)), tick=False):
        page = signed_in.get(PLAN).content.decode()
    assert 'aria-current="date">31<' in page
