"""Money, days and rates as a reader of the active language writes them. Babel, CLDR data.

An instant counts by the day that the reader's own clock shows: templates hand it over in their time zone.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, get_timezone_name
from babel.numbers import format_currency, format_percent
from django import template
from django.utils.translation import get_language, gettext, ngettext

register = template.Library()

NEAR_DAYS = 60
KEPT = 20_000  # texts of each kind; some 5 MB


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency, to the currency's own places: $1,234.50, ¥1,234, KWD 1.250."""
    return _money(amount + 0, currency, _language())  # a zero has no sign


@register.filter
def absolute(amount: Decimal) -> Decimal:
    """The amount without its sign, where the words beside it say whose it is."""
    return abs(amount)


@register.filter(expects_localtime=True)
def day(on: date | datetime) -> str:
    """A day in full: December 3, 2026."""
    return _day(_date(on), "long", _language())


@register.filter(expects_localtime=True)
def short_day(on: date | datetime) -> str:
    """A day for tables: Dec 3, 2026."""
    return _day(_date(on), "medium", _language())


@register.filter(expects_localtime=True)
def month_and_year(on: date) -> str:
    """A month: December 2026."""
    return str(format_skeleton("yMMMM", on, locale=_locale()))


@register.filter(expects_localtime=True)
def weekday(on: date | datetime) -> str:
    """A day as one says it, without the year: Thursday, December 3."""
    language = _language()
    return _day(_date(on), _full_without_year(language), language)


@register.filter(expects_localtime=True)
def day_and_time(at: datetime) -> str:
    """An instant in full: December 3, 2026, 09:00. Chinese puts no comma there."""
    return gettext("%(day)s, %(time)s") % {"day": day(at), "time": f"{at:%H:%M}"}


@register.filter(expects_localtime=True)
def weekday_and_time(at: datetime) -> str:
    """An instant as one says it: Thursday, December 3, 09:00."""
    return gettext("%(day)s, %(time)s") % {"day": weekday(at), "time": f"{at:%H:%M}"}


@register.filter
def zone_name(zone: str) -> str:
    """A time zone as people call it, for America/New_York: Eastern Time."""
    return "UTC" if zone == "UTC" else str(get_timezone_name(zone, locale=_locale()))


@register.filter
def rate(percent: Decimal) -> str:
    """A rate given in per cent: 11.9%. At most four places, none that say nothing."""
    return str(format_percent(percent / 100, format="#,##0.####%", locale=_locale()))


@register.filter
def from_today(on: date, today: date) -> str:
    """How far off a day is: today, tomorrow, in 5 days, 3 days ago."""
    days = (on - today).days
    if days in (-1, 0, 1):
        return {-1: gettext("yesterday"), 0: gettext("today"), 1: gettext("tomorrow")}[days]
    if days > 0:
        return ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}
    return ngettext("%(days)d day ago", "%(days)d days ago", -days) % {"days": -days}


@register.filter
def when_near(on: date, today: date) -> str:
    """The same for a day within two months; nothing for a later one, of which the date says enough."""
    return from_today(on, today) if (on - today).days <= NEAR_DAYS else ""


def _language() -> str:
    return get_language() or "en"


def _locale() -> Locale:
    return _of_language(_language())


def _date(on: date | datetime) -> date:
    return on.date() if isinstance(on, datetime) else on


# A page of bills says the same few amounts and days again and again, and Babel takes 15 µs each time.


@lru_cache(maxsize=KEPT)
def _money(amount: Decimal, currency: str, language: str) -> str:
    text = str(format_currency(amount, currency, locale=_of_language(language)))
    # Babel leaves out the space that CLDR asks for between a letter and a digit (UTS #35, currency spacing).
    return re.sub(r"(?<=[A-Za-z])(?=\d)", "\N{NO-BREAK SPACE}", text)


@lru_cache(maxsize=KEPT)
def _day(on: date, pattern: str, language: str) -> str:
    return str(format_date(on, format=pattern, locale=_of_language(language)))


@cache
def _full_without_year(language: str) -> str:
    return re.sub(r"[,\s]*y年?", "", str(_of_language(language).date_formats["full"].pattern))


@cache
def _of_language(language: str) -> Locale:
    """Django says zh-hans, Babel zh_Hans."""
    return Locale.parse(language, sep="-")
