"""`manage.py simulate`: volume and cost for people and for programs, one borrower's messages, and what is wrong."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests import factories


def simulate(*options):
    out = StringIO()
    call_command("simulate", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def due_soon(defaults):
    """A person whose bill is due in six days from today: the command reads the clock."""
    person = factories.make_borrower(reference="P-SOON")
    factories.make_contact_point(person)
    due_on = datetime.now(UTC).date() + timedelta(days=6)
    return factories.make_bill(factories.make_loan(person), due_on=due_on)


def test_the_command_says_volume_and_cost(due_soon, settings):
    settings.SMS_SEGMENT_PRICE = "0.05 USD"
    answer = json.loads(simulate("--days", "20", "--json"))
    assert answer["borrowers"] == answer["people_told"] == 1
    assert answer["messages"] == sum(answer["by_channel"].values()) == sum(answer["by_category"].values())
    assert answer["messages"] == sum(sum(day.values()) for day in answer["by_day"].values()) > 2
    assert float(answer["sms"]["cost"]) == pytest.approx(answer["sms"]["segments"] * 0.05)
    assert answer["because"]["choice.channel"] == answer["messages"]
    assert "plan" not in answer


def test_of_one_borrower_it_tells_each_message_and_why(due_soon):
    answer = json.loads(simulate("--borrower", "P-SOON", "--json"))
    sent = [line for line in answer["plan"] if line["channel"]]
    assert len(sent) == answer["messages"]
    assert "due" in sent[0]["why"]
    assert sent[0]["at"][-6:] in ("-05:00", "-04:00")  # in New York, where the person lives
    assert "  sms  " in simulate("--borrower", "P-SOON")


def test_for_people_it_writes_tables(due_soon):
    text = simulate("--days", "20")
    assert "to 1 of 1 borrowers" in text
    assert "Channel\n  sms" in text
    assert f"{datetime.now(UTC):%Y-%m-}" in text


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--days", "0"], "from 1 to"),
        (["--borrower", "P-NOBODY"], "There is no borrower P-NOBODY"),
        (["--cadence", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_the_command_says_what_is_wrong(defaults, options, says):
    with pytest.raises(CommandError, match=says):
        simulate(*options)


def test_a_price_that_is_none_is_refused(due_soon, settings):
    settings.SMS_SEGMENT_PRICE = "cheap"
    with pytest.raises(CommandError, match=r"0\.0083 USD"):
        simulate()
