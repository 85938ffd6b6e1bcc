"""Where a person may be: the zone they live by, their address, and their number."""

import pytest

from notifications.context import Point, plausible_zones
from tests import factories


def zones(number="", **fields):
    points = {"sms": Point(1, number)} if number else {}
    return [zone.key for zone in plausible_zones(factories.make_borrower(**fields), points)]


@pytest.mark.django_db
def test_where_zone_address_and_number_disagree_all_three_count():
    told = {"time_zone": "America/Chicago", "country": "US", "region": "CA"}
    assert zones("+12125550100", **told) == ["America/Chicago", "America/Los_Angeles", "America/New_York"]


@pytest.mark.django_db
def test_where_they_agree_there_is_one():
    assert zones("+12125550100") == ["America/New_York"]
    assert zones("+12125550100", time_zone="America/Detroit", region="MI") == ["America/Detroit"]


@pytest.mark.django_db
def test_what_says_nothing_of_a_place_does_not_count():
    assert zones("+18885550100", time_zone="America/Chicago", region="") == ["America/Chicago"]
