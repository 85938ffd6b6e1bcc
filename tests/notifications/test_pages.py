"""The borrower's message pages: what they show, and that they are the borrower's own."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from notifications import preferences
from notifications.choice import DEFAULT
from notifications.models import Attempt, Consent, Hold
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def bill(borrower):
    call_command("load_defaults")
    return factories.make_bill(
        factories.make_loan(borrower), due_on=timezone.now().date() + timedelta(days=9)
    )


@pytest.fixture
def message(borrower):
    return Attempt.objects.create(
        borrower=borrower,
        category="upcoming",
        channel="sms",
        provider="twilio",
        state="accepted",
        subject="A bill",
        body="Pay <b>soon</b>",
        reasons=[{"rule": "choice.lead_day", "facts": {"days": 3, "due_on": "2026-02-01"}}],
    )


def form(**changes):
    """The preference form as the page sends it."""
    fields = {"hours": "same", "from_all": "10:00", "to_all": "18:00", "max_per_week": "2", "language": "en"}
    fields |= {"ways_for": "each"}
    fields |= {"lead_days": ["3", "1"], "paused_until": "", "pace": "standard"}
    for category in ("upcoming", "due", "overdue"):
        fields |= {f"channel_{category}_1": "email", f"channel_{category}_2": "", f"channel_{category}_3": ""}
    for day in range(7):
        fields |= {f"from_{day}": "10:00", f"to_{day}": "18:00"}
    return fields | changes


PAGES = ["preferences", "stop", "inbox"]


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_for_the_borrower_and_send_strangers_to_sign_in(
    name, signed_in, client, staff_client, bill
):
    page = reverse(f"notifications:{name}")
    assert signed_in.get(page).status_code == 200
    assert client.get(page).status_code == 302
    assert staff_client.get(page).status_code == 403


def test_another_borrowers_message_is_not_there(signed_in, stranger_client, message):
    page = reverse("notifications:message", args=[message.pk])
    assert signed_in.get(page).status_code == 200
    assert stranger_client.get(page).status_code == 404


def test_a_message_shows_its_words_and_why_it_came(signed_in, message):
    text = signed_in.get(reverse("notifications:message", args=[message.pk])).content.decode()
    assert "Pay &lt;b&gt;soon&lt;/b&gt;" in text
    assert "because you chose a reminder 3 days before a bill is due." in text
    message.refresh_from_db()
    assert message.read_at is not None


def test_a_message_that_was_perhaps_sent_is_not_said_to_have_gone_out(signed_in, message):
    Attempt.objects.update(state="unknown")
    text = signed_in.get(reverse("notifications:message", args=[message.pk])).content.decode()
    assert "You chose a reminder 3 days before a bill is due." in text
    assert "Sent on" not in text


def test_saving_keeps_the_choice_and_shows_the_plan(signed_in, borrower, bill):
    page = signed_in.post(reverse("notifications:preferences"), form(), follow=True).content.decode()
    assert preferences.of(type(borrower).objects.get(pk=borrower.pk)).lead_days == {3, 1}
    assert "You chose this way first: e-mail." in page
    assert "10:00" in page
    assert Consent.objects.get().words


def test_times_are_shown_in_the_borrowers_zone(signed_in, borrower, bill):
    page = signed_in.get(reverse("notifications:preferences")).content.decode()
    assert "09:00" in page
    assert "14:00" not in page.split("plan-title")[1]


def test_the_preview_saves_nothing(signed_in, borrower, bill):
    answer = signed_in.post(reverse("notifications:preview"), form(max_per_week="1"))
    assert "Not saved yet." in answer.content.decode()
    assert preferences.of(borrower) == DEFAULT
    assert not Consent.objects.exists()


def test_who_comes_back_to_a_preview_finds_the_page(signed_in, bill):
    page = reverse("notifications:preview")
    assert signed_in.get(page)["Location"] == reverse("notifications:preferences")
    assert f'action="{reverse("notifications:preferences")}"' in signed_in.post(page, form()).text


def test_htmx_gets_the_plan_alone(signed_in, bill):
    answer = signed_in.post(reverse("notifications:preferences"), form(), headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert text.strip().startswith("<section") or 'id="plan"' in text
    assert "<html" not in text


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"from_all": "18:00", "to_all": "10:00"}, "later than"),
        ({"channel_due_2": "email"}, "Messages on the day a bill is due: you chose e-mail twice."),
        (
            {"ways_for": "same", "channel_all_1": "sms", "channel_all_2": "sms"},
            "You chose text message twice.",
        ),
        ({"paused_until": "2020-01-01"}, "from tomorrow on"),
        ({"max_per_week": "99"}, "max_per_week"),
        ({"channel_due_1": "pigeon"}, "pigeon"),
        ({"pace": "breathless"}, "how closely"),
    ],
)
def test_a_choice_that_cannot_be_kept_is_refused_with_what_to_do(signed_in, borrower, bill, changes, problem):
    page = signed_in.post(reverse("notifications:preferences"), form(**changes)).content.decode()
    assert problem in page
    assert preferences.of(borrower) == DEFAULT


def test_stop_and_start_on_the_page(signed_in, borrower, bill):
    signed_in.post(reverse("notifications:stop"))
    assert Hold.objects.filter(borrower=borrower, ended_at=None).exists()
    signed_in.post(reverse("notifications:start"))
    assert not Hold.objects.filter(borrower=borrower, ended_at=None).exists()


def test_the_inbox_asks_no_more_for_more_messages(signed_in, borrower, message):
    def queries():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            signed_in.get(reverse("notifications:inbox"))
        return len(captured)

    queries()  # the first visit also reads the person's language
    few = queries()
    for _ in range(10):
        Attempt.objects.create(
            borrower=borrower, category="due", channel="inbox", provider="inbox", state="accepted", body="x"
        )
    assert queries() == few


@pytest.mark.parametrize(("page", "most"), [("notifications:preferences", 12), ("notifications:plan", 12)])
def test_what_comes_is_read_in_few_queries_however_much_it_is(
    page, most, signed_in, borrower, bill, django_assert_max_num_queries
):
    for number in range(6):
        factories.make_bill(factories.make_loan(borrower), due_on=bill.due_on + timedelta(days=number))
    signed_in.get(reverse(page))  # the first visit also reads the person's language
    with django_assert_max_num_queries(most):
        signed_in.get(reverse(page))


def test_a_trial_is_compared_with_what_holds_by_one_reading(signed_in, bill, django_assert_max_num_queries):
    page = reverse("notifications:preview")
    signed_in.post(page, form())
    with django_assert_max_num_queries(12):
        compared = signed_in.post(page, form(lead_days=["3"]), headers={"HX-Request": "true"})
    assert "Not saved yet" in compared.content.decode()


def test_there_is_a_place_for_each_way_that_is_offered(signed_in, borrower, settings):
    page = reverse("notifications:preferences")
    for providers, last in (({"sms": {}, "email": {}}, 3), ({"sms": {}, "email": {}, "whatsapp": {}}, 4)):
        settings.CHANNEL_PROVIDERS = providers
        shown = signed_in.get(page).content.decode()
        assert f'name="channel_due_{last}"' in shown
        assert f'name="channel_due_{last + 1}"' not in shown


def test_one_order_holds_for_all_messages(signed_in, borrower):
    page = reverse("notifications:preferences")
    assert signed_in.get(page).context["form"]["ways_for"].value() == "same"
    signed_in.post(page, form(ways_for="same", channel_all_1="inbox", channel_all_2="sms"))
    borrower.refresh_from_db()
    assert set(preferences.of(borrower).channels.values()) == {("inbox", "sms")}
    shown = signed_in.get(page).context["form"]
    assert [shown[f"channel_all_{place}"].value() for place in (1, 2)] == ["inbox", "sms"]
    signed_in.post(page, form(channel_due_1="inbox"))
    assert signed_in.get(page).context["form"]["ways_for"].value() == "each"


def test_four_ways_are_kept_in_their_order(signed_in, borrower, settings):
    settings.CHANNEL_PROVIDERS = {**settings.CHANNEL_PROVIDERS, "whatsapp": {"whatsapp": 1}}
    order = ("whatsapp", "inbox", "email", "sms")
    ways = {f"channel_due_{place}": way for place, way in enumerate(order, start=1)}
    assert signed_in.post(reverse("notifications:preferences"), form(**ways)).status_code == 302
    borrower.refresh_from_db()
    assert preferences.of(borrower).channels["due"] == order
