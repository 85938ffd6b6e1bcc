"""The usual time zone and language of a place, for people of whom we know no more than that. Pure.

A person's own choice always stands above it. Source of the zones: the IANA time zone database, file zone.tab;
a state that lies in two zones gets the one in which most of its people live.
"""

from functools import cache
from importlib import resources

from django.utils.translation import gettext as _

# Every zone of a country whose region decides. Region codes: ISO 3166-2 without the country.
_BY_REGION = {
    "US": {
        "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
        "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
        "America/Denver": "CO ID MT NM UT WY",
        "America/Phoenix": "AZ",
        "America/Los_Angeles": "CA NV OR WA",
        "America/Anchorage": "AK",
        "Pacific/Honolulu": "HI",
        "America/Puerto_Rico": "PR VI",
        "Pacific/Guam": "GU MP",
        "Pacific/Pago_Pago": "AS",
    },
    "CA": {
        "America/St_Johns": "NL",
        "America/Halifax": "NB NS PE",
        "America/Toronto": "ON QC",
        "America/Iqaluit": "NU",
        "America/Winnipeg": "MB",
        "America/Regina": "SK",
        "America/Edmonton": "AB NT",
        "America/Whitehorse": "YT",
        "America/Vancouver": "BC",
    },
    "AU": {
        "Australia/Sydney": "ACT NSW",
        "Australia/Melbourne": "VIC",
        "Australia/Hobart": "TAS",
        "Australia/Brisbane": "QLD",
        "Australia/Adelaide": "SA",
        "Australia/Darwin": "NT",
        "Australia/Perth": "WA",
    },
}
_REGION_ZONE = {
    (country, region): zone
    for country, zones in _BY_REGION.items()
    for zone, regions in zones.items()
    for region in regions.split()
}
# Countries with several zones on paper in which practically everybody lives by one clock.
_ONE_CLOCK = {
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PS": "Asia/Gaza",
    "PT": "Europe/Lisbon",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
    "VN": "Asia/Ho_Chi_Minh",
    "XK": "Europe/Belgrade",
}
_LANGUAGES = {"CN": "zh-hans", "HK": "zh-hant", "MO": "zh-hant", "TW": "zh-hant"}


def time_zone(country: str, region: str = "") -> str:
    """The IANA zone in which most people of the place live.  US, HI: Pacific/Honolulu.  TW: Asia/Taipei

    country: ISO 3166-1, two capital letters. region: ISO 3166-2 without the country, where the country has
    several zones. ValueError: the place is unknown, or has several zones and the region does not say which.
    """
    if zone := _REGION_ZONE.get((country, region)) or _ONE_CLOCK.get(country):
        return zone
    zones = _zones_of_countries().get(country, [])
    if len(zones) == 1:
        return zones[0]
    if not zones:
        raise ValueError(f"“{country}” is not a country. Write its ISO 3166-1 code such as US or TW.")
    words = _("%(country)s has several time zones and “%(region)s” does not say which. Give time_zone.")
    raise ValueError(words % {"country": country, "region": region})


def is_country(code: str) -> bool:
    """Is it a country, or a place counted as one, where people live? By ISO 3166-1, and XK for Kosovo."""
    return code in _zones_of_countries() or code in _ONE_CLOCK


@cache
def known_time_zone(country: str, region: str = "") -> tuple[str, ...]:
    """The one zone of `time_zone`, or none where the place does not say."""
    try:
        return (time_zone(country, region),)
    except ValueError:
        return ()


def language(country: str) -> str:
    """The portal's language most people of the country read: one of settings.LANGUAGES, else English."""
    return _LANGUAGES.get(country, "en")


@cache
def _zones_of_countries() -> dict[str, list[str]]:
    """Read from the pinned package, not from the machine: two servers must not disagree on a person's night."""
    zones: dict[str, list[str]] = {}
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _coordinates, zone = line.split("\t")[:3]
            zones.setdefault(country, []).append(zone)
    return zones
