"""The zones to choose from, named as their people name them: 亞洲 › 台北. Babel, CLDR data. Pure."""

from functools import cache

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone, get_timezone_location

# The first part of an IANA name, as a territory of CLDR; oceans have none, and go where most of their islands belong.
_PARTS = {
    "Africa": "002",
    "America": "019",
    "Antarctica": "AQ",
    "Asia": "142",
    "Europe": "150",
    "Australia": "AU",
    "Pacific": "009",
    "Arctic": "150",
    "Atlantic": "150",
    "Indian": "002",
}
Group = tuple[str, list[tuple[str, str]]]


def choices(language: str, *, current: str) -> list[Group | tuple[str, str]]:
    """Grouped by part of the world; each zone once, under one name. The current one is among them as it is written.

    language: of settings.LANGUAGES. current: an IANA name, an old one too: US/Eastern is New York.
    """
    same = get_global("zone_aliases").get(current, current)
    groups: list[Group | tuple[str, str]] = []
    is_known = False
    for part, zones in _named(language):
        is_known = is_known or any(zone == same for zone, _name in zones)
        groups.append((part, [(current if zone == same else zone, name) for zone, name in zones]))
    return groups if is_known else [(current, current), *groups]


@cache
def _named(language: str) -> list[Group]:
    locale = Locale.parse(language, sep="-")
    groups: dict[str, list[tuple[str, str]]] = {}
    for zone in get_global("zone_territories"):
        if territory := _PARTS.get(zone.partition("/")[0]):
            city = get_timezone_location(get_timezone(zone), locale=locale, return_city=True)
            groups.setdefault(locale.territories[territory], []).append((zone, city.replace("/", ", ")))
    return [(part, sorted(zones, key=lambda one: one[1])) for part, zones in sorted(groups.items())]
