"""The zones to choose from: in the reader's words, each once, and the person's own among them."""

import zoneinfo

import pytest

from accounts import time_zones


def chosen_from(language: str, current: str) -> dict[str, str]:
    offered: dict[str, str] = {}
    for value, inside in time_zones.choices(language, current=current):
        offered |= {value: inside} if isinstance(inside, str) else dict(inside)
    return offered


@pytest.mark.parametrize(("language", "name"), [("en", "Taipei"), ("zh-hant", "台北"), ("zh-hans", "台北")])
def test_a_zone_is_named_as_its_people_name_it(language: str, name: str) -> None:
    assert chosen_from(language, "UTC")["Asia/Taipei"] == name


@pytest.mark.parametrize(
    "current", ["America/New_York", "US/Eastern", "Asia/Kolkata", "Asia/Calcutta", "Etc/GMT-3"]
)
def test_the_zone_one_has_stays_as_it_is_written(current: str) -> None:
    assert current in chosen_from("en", current)


def test_every_zone_is_one_that_there_is_and_offered_once() -> None:
    offered = chosen_from("en", "US/Eastern")
    assert set(offered) <= zoneinfo.available_timezones()
    assert list(offered.values()).count("New York") == 1
