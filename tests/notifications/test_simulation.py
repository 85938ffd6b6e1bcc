"""The simulation is what the engine then does; it writes nothing, and asks as many queries for one as for many."""

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.db.models import Min
from django.test.utils import CaptureQueriesContext

from accounts.models import Borrower
from loans.models import Payment
from notifications import ahead, cadence_file, dispatch, engine, preferences, preview, simulation
from notifications.ahead import Span
from notifications.choice import DEFAULT, LEAD_DAYS
from notifications.habit import Kind
from notifications.models import Attempt, Hold, Lane, Preference, RecordedContact, Reminder
from notifications.pace import PACES
from notifications.past import habits
from notifications.preferences import Change
from notifications.words import HoldReason, ReminderState
from portal.management.commands import load_demo
from tests import factories

START = datetime(
    2026, 3, 2, 11, 30, tzinfo=UTC
)  # the clocks change on 8 March in America, on 29 March in Europe
MONTH = Span(START, START + timedelta(days=30))
HOMES = [
    ("DE", "", "Europe/Berlin"),
    ("GB", "", "Europe/London"),
    ("IN", "", "Asia/Kolkata"),
    ("CN", "", "Asia/Shanghai"),
    ("BR", "SP", "America/Sao_Paulo"),
    ("US", "MA", "America/New_York"),
    ("AU", "", "Australia/Lord_Howe"),
]


@pytest.fixture
def portfolio(defaults):
    """Both sample sets around START, and people who differ: in how they pay, what they chose, where they live."""
    load_demo.load(now=START)
    chance = random.Random(20260302)
    borrowers = list(Borrower.objects.order_by("reference"))
    for borrower in borrowers:
        pay_by_habit(borrower, chance.choice([-5, -2, 0, 0, 4, None]))
        if chance.random() < 0.2:  # two accounts of one person, whose bills may share a message
            borrower.credit_accounts.update(borrower=chance.choice(borrowers))
        if chance.random() < 0.4:
            country, region, zone = chance.choice(HOMES)
            Borrower.objects.filter(pk=borrower.pk).update(country=country, region=region, time_zone=zone)
        if chance.random() < 0.5:
            Preference.objects.create(borrower=borrower, choice=some_choice(chance).to_json())
        if chance.random() < 0.2:
            hold(borrower, chance)
        if chance.random() < 0.2:
            borrower.contact_points.filter(kind=chance.choice(["phone", "email"])).update(closed_at=START)
        if chance.random() < 0.2:
            at = START + timedelta(days=chance.uniform(-9, 0))
            RecordedContact.objects.create(
                borrower=borrower, channel="call", outcome="conversation", at=at, note="They rang."
            )
    return borrowers


def pay_by_habit(borrower, days):
    """Move what was paid to so many days from the bill's due date; None: now so, now so."""
    payments = Payment.objects.filter(account__borrower=borrower, allocations__isnull=False)
    for number, payment in enumerate(payments.annotate(due=Min("allocations__bill__due_on"))):
        shift = days if days is not None else (-9, 12)[number % 2]
        Payment.objects.filter(pk=payment.pk).update(received_on=payment.due + timedelta(days=shift))


def some_choice(chance):
    def window():
        return (time(chance.randint(7, 12)), time(chance.randint(13, 21))) if chance.random() < 0.8 else None

    ways = [("sms", "email"), ("email",), ("inbox",), ("sms",), ()]
    return replace(
        DEFAULT,
        channels={name: chance.choice(ways) for name in DEFAULT.channels},
        windows={day: window() for day in range(7)},
        lead_days=frozenset(chance.sample(LEAD_DAYS, chance.randint(1, 4))),
        max_per_week=chance.randint(1, 7),
        paused_until=chance.choice([None, None, date(2026, 3, 9)]),
        pace=chance.choice(PACES),
    )


def hold(borrower, chance):
    begins = START + timedelta(days=chance.choice([-3, 6]))
    ends = chance.choice([None, begins + timedelta(days=7)])
    account = chance.choice([None, borrower.credit_accounts.first()])
    reason = chance.choice([HoldReason.DISPUTE, HoldReason.HARDSHIP])
    Hold.objects.create(borrower=borrower, account=account, reason=reason, started_at=begins, ended_at=ends)


def the_engine_does(span):
    """Let the engine's clock run: the plan every four hours, and a worker at each instant at which a lane is due.

    Holds are written as they begin, for the engine heeds each that is written.
    """
    now, plans_at = span.start, span.start
    coming = list(Hold.objects.filter(started_at__gt=span.start).order_by("-started_at"))
    Hold.objects.filter(started_at__gt=span.start).delete()
    while now < span.end:
        while coming and coming[-1].started_at <= now:
            coming.pop().save(force_insert=True)
        if now >= plans_at:
            engine.tick(now=now)
            plans_at = now + timedelta(hours=4)
        dispatch.send_due(clock=lambda now=now: now, until=lambda: False)
        due = Lane.objects.aggregate(at=Min("next_at"))["at"]
        now = min(plans_at, due) if due else plans_at


def what_was_sent(span):
    sent = Attempt.objects.filter(started_at__gte=span.start).order_by("started_at")
    return Counter(
        (
            one.borrower_id,
            one.started_at,
            one.channel,
            one.category,
            tuple(sorted(one.reminders.values_list("bill_id", "step__offset_days"))),
            one.segments,
            json.dumps(one.reasons, sort_keys=True),
        )
        for one in sent
    )


def what_is_simulated(told):
    return Counter(
        (
            one.borrower_id,
            one.planned.at,
            one.planned.channel,
            one.planned.category,
            tuple(sorted((look.bill_id, look.facts.offset_days) for look in one.planned.looks)),
            one.segments,
            json.dumps([reason.to_json() for reason in one.planned.reasons], sort_keys=True),
        )
        for one in told
        if one.planned.is_sent
    )


def what_fell_away(span):
    states = [ReminderState.SUPPRESSED, ReminderState.EXPIRED]
    reminders = Reminder.objects.filter(state__in=states, decided_at__gte=span.start)
    useful = reminders.filter(expires_at__gt=span.start)  # the first plan also writes what is stale by then
    rows = useful.values_list("decided_at", "bill_id", "step__offset_days", "reasons")
    return Counter((*row, json.dumps(why, sort_keys=True)) for *row, why in rows)


def what_would_fall_away(told):
    return Counter(
        (
            one.planned.at,
            one.planned.looks[0].bill_id,
            one.planned.looks[0].facts.offset_days,
            json.dumps([reason.to_json() for reason in one.planned.reasons], sort_keys=True),
        )
        for one in told
        if not one.planned.is_sent
    )


def test_a_simulated_month_is_what_the_engine_then_does_message_for_message(portfolio, sandbox, mailoutbox):
    kinds = {found.kind for found in habits.of([one.pk for one in portfolio], now=START).values()}
    assert kinds >= {Kind.EARLY, Kind.ON_DAY, Kind.LATE, Kind.IRREGULAR}
    told = list(simulation.simulate(simulation.people(), span=MONTH, ladder=ahead.stored_ladder()))
    the_engine_does(MONTH)
    simulated, sent = what_is_simulated(told), what_was_sent(MONTH)
    assert simulated - sent == Counter()
    assert sent - simulated == Counter()
    would_fall, fell = what_would_fall_away(told), what_fell_away(MONTH)
    assert would_fall - fell == Counter()
    assert fell - would_fall == Counter()
    assert sent.total() > 250
    assert fell.total() > 250
    rules = {reason["rule"] for key in (*sent, *fell) for reason in json.loads(key[-1])}
    assert rules >= {
        "digest",
        "hold",
        "too_late",
        "pace.early",
        "choice.pause",
        "choice.week",
        "choice.window",
    }


def everything(days=60, *, ladder=None):
    span = Span(START, START + timedelta(days=days))
    return list(simulation.simulate(simulation.people(), span=span, ladder=ladder or ahead.stored_ladder()))


def in_debt(number, **fields):
    """People with a phone, each with one loan and a bill due in six days."""
    for _ in range(number):
        person = factories.make_borrower(**fields)
        factories.make_contact_point(person)
        factories.make_bill(factories.make_loan(person), due_on=date(2026, 3, 8))


def test_it_asks_as_many_queries_for_forty_people_as_for_one(defaults):
    counts = []
    for more in (1, 39):
        in_debt(more)
        with CaptureQueriesContext(connection) as asked:
            assert len({told.borrower_id for told in everything()}) == Borrower.objects.count()
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] < 25


def test_people_are_known_in_chunks(defaults, monkeypatch):
    in_debt(5)
    whole, done = everything(30), []
    monkeypatch.setattr(simulation, "CHUNK", 2)
    chunked = list(
        simulation.simulate(
            simulation.people(), span=MONTH, ladder=ahead.stored_ladder(), progress=done.append
        )
    )
    assert done == [2, 4, 5]
    assert [told.borrower_id for told in chunked] == [told.borrower_id for told in whole]


def test_it_writes_nothing_and_asks_in_a_transaction_that_could_not(defaults):
    in_debt(1)
    with CaptureQueriesContext(connection) as asked:
        assert everything()
    verbs = Counter(query["sql"].split()[0] for query in asked.captured_queries)
    assert set(verbs) <= {"SELECT", "SAVEPOINT", "SET", "RELEASE"}
    assert verbs["SET"] == 1
    assert not Reminder.objects.exists()
    assert not Attempt.objects.exists()


def test_who_lives_nobody_knows_where_is_left_out(defaults):
    in_debt(1)
    in_debt(1, time_zone="Atlantis/Deep")
    assert {told.borrower_id for told in everything()} == {Borrower.objects.earliest("pk").pk}


def test_what_is_planned_already_is_told_once(defaults):
    in_debt(3)
    before = what_is_simulated(everything())
    engine.tick(now=START - timedelta(days=1))
    assert Reminder.objects.exists()
    assert what_is_simulated(everything()) == before


def test_a_trial_of_early_hours_shows_the_hour_that_the_engine_would_keep(defaults, sandbox):
    in_debt(1)
    person = Borrower.objects.get()
    engine.tick(now=START)
    early = replace(DEFAULT, windows=dict.fromkeys(range(7), (time(8), time(12))))
    shown = [one for one in preview.look(person, now=START, days=10).planned(early) if one.is_sent]
    change = Change(choice=early, language="en", words="from eight")
    preferences.change(person, chosen=change, by=person.user, now=START)
    the_engine_does(Span(START, START + timedelta(days=10)))
    assert [one.at for one in shown] == list(
        Attempt.objects.order_by("started_at").values_list("started_at", flat=True)
    )
    assert {one.at.hour for one in shown[1:]} == {8}


def test_the_order_in_which_bills_are_read_changes_no_message(defaults):
    in_debt(1)
    person = Borrower.objects.get()
    factories.make_bill(factories.make_loan(person), due_on=date(2026, 3, 8))
    _, found = ahead.load([person], span=MONTH, ladder=ahead.stored_ladder())
    life = found[person.pk]
    turned = replace(life, coming=life.coming[::-1])
    told, told_turned = (
        [(one.at, one.looks, one.reasons) for one in preview.run(lived, MONTH.end) if one.is_sent]
        for lived in (life, turned)
    )
    assert told == told_turned
    assert len(told[0][1]) == 2


# ---------- a supposed cadence ----------

TWO_STEPS = """
[[steps]]
offset_days = -3
category = "upcoming"
template_code = "upcoming"
useful_days = 1

[[steps]]
offset_days = 10
category = "overdue"
template_code = "overdue"
useful_days = 5
"""
CODES = {"upcoming", "due", "overdue"}


def test_a_supposed_cadence_takes_the_place_of_the_stored_ones(defaults):
    in_debt(1)
    engine.tick(now=START)
    ladder = ahead.supposed_ladder(cadence_file.read(TWO_STEPS, codes=CODES))
    days = [told.day for told in everything(ladder=ladder) if told.planned.is_sent]
    assert days == [date(2026, 3, 5), date(2026, 3, 18)]


def test_a_supposed_cadence_does_not_say_again_what_was_said(defaults, sandbox):
    in_debt(1)
    third_day = START + timedelta(days=3, hours=5)
    the_engine_does(Span(third_day, third_day + timedelta(hours=1)))
    span = Span(third_day + timedelta(hours=1), third_day + timedelta(days=20))
    ladder = ahead.supposed_ladder(cadence_file.read(TWO_STEPS, codes=CODES))
    told = simulation.simulate(simulation.people(), span=span, ladder=ladder)
    assert [one.day for one in told] == [date(2026, 3, 18)]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("", "Write one [[steps]]"),
        ("[[steps]", "not TOML"),
        ("name = 'x'" + TWO_STEPS, "name: unknown"),
        (TWO_STEPS.replace("useful_days = 1\n", ""), "step 1: useful_days: missing"),
        (TWO_STEPS.replace("useful_days = 1\n", "useful_days = true\n"), "step 1: useful_days = True"),
        (TWO_STEPS.replace("= 10", "= -3"), "step 2: another step is at offset_days = -3"),
        (TWO_STEPS.replace("= -3", "= -5"), "step 1: offset_days = -5: up to the due date a step is at -7"),
        (TWO_STEPS.replace("= 10", "= 0.5"), "step 2: offset_days = 0.5"),
        (TWO_STEPS.replace('= "overdue"', '= "due"'), "step 2: category = 'due': at offset_days = 10"),
        (TWO_STEPS.replace('code = "overdue"', 'code = "shout"'), "step 2: template_code = 'shout'"),
        (TWO_STEPS + "hour = 9\n", "step 2: hour: unknown"),
    ],
)
def test_a_wrong_cadence_file_says_which_step_and_why(wrong, says):
    with pytest.raises(cadence_file.CadenceFileError) as error:
        cadence_file.read(wrong, codes=CODES)
    assert says in str(error.value)
