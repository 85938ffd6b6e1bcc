"""The preference form: what a person picks, turned into a Choice or into sentences that say what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.utils import dates
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.fields import chosen_from_list
from accounts.models import LANGUAGES
from accounts.widgets import Select
from loans.templatetags import money
from notifications import pace_words
from notifications.choice import CATEGORIES, LEAD_DAYS, MOST_PER_WEEK, WEEKDAYS, Choice, Window
from notifications.habit import Habit
from notifications.law.books import careful
from notifications.law.rule import ContactHours, Rulebook
from notifications.pace import PACES, Pace
from notifications.words import Category, Channel

LONGEST_PAUSE = timedelta(days=90)
PLACES = (
    _("First way"),
    _("Second way"),
    _("Third way"),
    _("Fourth way"),
    _("Fifth way"),
)  # as many as CHANNELS
SAME, EACH = "same", "each"  # one choice for all messages or days, or one for each
ALL = "all"  # stands where a category or a weekday's number does
# `close` sends what `standard` sends (pace.keeps) as long as no cadence has rungs for it alone: two names for the same
# would only make people wonder which one they want.
OFFERED: tuple[Pace, ...] = tuple(pace for pace in PACES if pace != "close")


@dataclass(frozen=True)
class Group:
    """Selects that belong under one legend."""

    legend: str
    fields: tuple[forms.BoundField, ...]

    @property
    def errors(self) -> list[str]:
        return [error for field in self.fields for error in field.errors]  # type: ignore[misc]


@dataclass(frozen=True)
class Standing:
    """What holds now, and what there is to choose among."""

    choice: Choice
    language: str
    habit: Habit  # how the person pays
    today: date  # in the borrower's zone
    ways: Sequence[str]  # the channels offered


class PreferenceForm(forms.Form):
    """Every field of a Choice, and the language. Valid: `choice` and the language are in `cleaned_data`."""

    ways_for = forms.ChoiceField(
        label=_("For which messages"),
        widget=forms.RadioSelect,
        choices=[
            (SAME, _("The same ways for all messages")),
            (EACH, _("Different ways before and after the due day")),
        ],
        error_messages=chosen_from_list(_("Choose whether the ways are the same for all messages.")),
    )
    hours = forms.ChoiceField(
        label=_("Hours"),
        widget=forms.RadioSelect,
        choices=[(SAME, _("The same hours every day")), (EACH, _("Different hours on each day"))],
        error_messages=chosen_from_list(_("Choose whether the hours are the same every day.")),
    )
    lead_days = forms.TypedMultipleChoiceField(
        label=_("How early"),
        widget=forms.CheckboxSelectMultiple,
        coerce=int,
        required=False,
        error_messages={"invalid_choice": _("Choose among the days in the list.")},
    )
    pace = forms.ChoiceField(
        label=_("How closely we remind you"),
        widget=forms.RadioSelect,
        error_messages=chosen_from_list(_("Choose how closely we remind you.")),
    )
    is_discreet = forms.BooleanField(
        label=_("Discreet messages"),
        required=False,
        help_text=_(
            "Texts and e-mails then say only that a message waits for you here: no amount, no bill, no account."
        ),
    )
    is_large = forms.BooleanField(
        label=_("Large print"),
        required=False,
        help_text=_("For e-mails, statements and receipts."),
    )
    is_simple = forms.BooleanField(
        label=_("Plain words"),
        required=False,
        help_text=_("Short sentences, and one thing on each line."),
    )
    max_per_week = forms.TypedChoiceField(
        label=_("Most messages in seven days"),
        widget=Select,
        coerce=int,
        choices=[(number, str(number)) for number in range(1, MOST_PER_WEEK + 1)],
        help_text=_("Messages in your portal inbox are not counted: they disturb nobody."),
        error_messages=chosen_from_list(_("Choose how many messages you want at most, from 1 to 7.")),
    )
    paused_until = forms.DateField(
        label=_("Pause reminders until"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the day like 2027-03-15, or leave it empty.")},
    )
    language = forms.ChoiceField(
        label=_("Language"),
        widget=Select,
        choices=LANGUAGES,
        help_text=_("For the messages and for these pages."),
        error_messages=chosen_from_list(_("Choose a language.")),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, standing: Standing) -> None:
        super().__init__(data, initial=_initial(standing))
        self.today = today = standing.today
        self.most_ways = len(standing.ways)
        self.last_pause_day = today + LONGEST_PAUSE
        self.fields["lead_days"].choices = [(days, _lead_day(days)) for days in LEAD_DAYS]  # type: ignore[attr-defined]
        self.fields["pace"].choices = [(pace, _pace(pace, standing.habit)) for pace in OFFERED]  # type: ignore[attr-defined]
        self.fields["paused_until"].widget.attrs |= {
            "min": (today + timedelta(days=1)).isoformat(),
            "max": self.last_pause_day.isoformat(),
        }
        self.fields["paused_until"].help_text = _pause_hint(self.last_pause_day)
        for category in (ALL, *CATEGORIES):
            for name, label in zip(self._places(category), PLACES, strict=False):
                self.fields[name] = _channel_field(label, standing.ways)
        half_hours = _times(standing.choice)
        for day in (ALL, *WEEKDAYS):
            self.fields[f"from_{day}"] = _time_field(_("From"), half_hours, may_be_none=day != ALL)
            self.fields[f"to_{day}"] = _time_field(_("to"), half_hours)

    @property
    def all_ways(self) -> Group:
        """A select for each channel that is offered."""
        return self._order(gettext("All messages"), ALL)

    @property
    def ways(self) -> list[Group]:
        """The same per category."""
        return [self._order(str(Category(category).label), category) for category in CATEGORIES]

    def _order(self, legend: str, category: str) -> Group:
        return Group(legend, tuple(self[name] for name in self._places(category)))

    def _places(self, category: str) -> list[str]:
        return [_place(category, number) for number in range(1, self.most_ways + 1)]

    @property
    def every_day(self) -> Group:
        return self._hours(gettext("Every day"), ALL)

    @property
    def days(self) -> list[Group]:
        """Per weekday its two selects."""
        return [self._hours(str(dates.WEEKDAYS[day]), day) for day in WEEKDAYS]

    def _hours(self, legend: str, day: int | str) -> Group:
        return Group(legend, (self[f"from_{day}"], self[f"to_{day}"]))

    def clean_paused_until(self) -> date | None:
        until: date | None = self.cleaned_data["paused_until"]
        if until and until <= self.today:
            raise forms.ValidationError(_("Choose a day from tomorrow on, or leave it empty."))
        if until and until > self.last_pause_day:
            last = money.day(self.last_pause_day)
            raise forms.ValidationError(gettext("Choose %(day)s or an earlier day.") % {"day": last})
        return until

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        channels = self._clean_ways()
        windows = self._clean_windows()
        if not self.errors:
            chosen["choice"] = Choice(
                channels=channels,
                windows=windows,
                lead_days=frozenset(chosen["lead_days"]),
                max_per_week=chosen["max_per_week"],
                paused_until=chosen["paused_until"],
                pace=chosen["pace"],
                is_discreet=chosen["is_discreet"],
                is_large=chosen["is_large"],
                is_simple=chosen["is_simple"],
            )
        return chosen

    def _clean_ways(self) -> dict[str, tuple[str, ...]]:
        if self.cleaned_data.get("ways_for") == SAME:
            return dict.fromkeys(CATEGORIES, self._clean_channels(ALL))
        return {category: self._clean_channels(category) for category in CATEGORIES}

    def _clean_channels(self, category: str) -> tuple[str, ...]:
        """The ways in their order. An empty place between two ways means nothing, so it is closed up."""
        ways: list[str] = []
        for name in self._places(category):
            way = self.cleaned_data.get(name)
            if way and way in ways:
                self.add_error(name, _twice(category, way))
            elif way:
                ways.append(way)
        return tuple(ways)

    def _clean_windows(self) -> dict[int, Window | None]:
        if self.cleaned_data.get("hours") == SAME:
            return dict.fromkeys(WEEKDAYS, self._clean_window(ALL, gettext("Every day")))
        return {day: self._clean_window(day, str(dates.WEEKDAYS[day])) for day in WEEKDAYS}

    def _clean_window(self, day: int | str, name: str) -> Window | None:
        start, end = self.cleaned_data.get(f"from_{day}"), self.cleaned_data.get(f"to_{day}")
        if not start or not end:
            return None
        if start >= end:
            text = gettext("%(day)s: choose an end that is later than %(start)s.")
            self.add_error(f"to_{day}", text % {"day": name, "start": f"{start:%H:%M}"})
        return start, end


def _initial(standing: Standing) -> dict[str, Any]:
    """The form's values of the choice that holds. A pause that is over is no pause."""
    choice, until = standing.choice, standing.choice.paused_until
    windows = set(choice.windows.values())
    one = next(iter(windows)) if len(windows) == 1 else None
    shown = one or next(filter(None, choice.windows.values()), None) or _open_hours(careful())
    orders = {**choice.channels, ALL: choice.channels[CATEGORIES[0]]}
    initial: dict[str, Any] = {
        "ways_for": SAME if len(set(choice.channels.values())) == 1 else EACH,
        "hours": SAME if one else EACH,
        "lead_days": sorted(choice.lead_days, reverse=True),
        "max_per_week": choice.max_per_week,
        "paused_until": until if until and until > standing.today else None,
        "language": standing.language,
        "pace": choice.pace if choice.pace in OFFERED else "standard",
        "is_discreet": choice.is_discreet,
        "is_large": choice.is_large,
        "is_simple": choice.is_simple,
        f"from_{ALL}": _value(shown[0]),
        f"to_{ALL}": _value(shown[1]),
    }
    for day, window in choice.windows.items():
        initial[f"from_{day}"] = _value(window[0]) if window else ""
        initial[f"to_{day}"] = _value((window or shown)[1])
    for category, channels in orders.items():
        initial |= {_place(category, number): channel for number, channel in enumerate(channels, start=1)}
    return initial


def _place(category: str, number: int) -> str:
    """The field of one place in a category's order. number: from 1."""
    return f"channel_{category}_{number}"


def _value(at: time) -> str:
    return at.isoformat("minutes")


def _times(current: Choice) -> list[tuple[str, str]]:
    """To choose among: half hours in which a message may be sent at all, and whatever was chosen before."""
    opens, closes = _open_hours(careful())
    grid = {time(number // 2, number % 2 * 30) for number in range(48)}
    chosen = {at for window in current.windows.values() if window for at in window}
    times = sorted({at for at in grid if opens <= at <= closes} | chosen)
    return [(_value(at), f"{at:%H:%M}") for at in times]


def _open_hours(book: Rulebook) -> Window:
    """From the earliest to the latest hour of the week in which the rulebook lets a message go."""
    windows = [
        window
        for rule in book.rules
        if isinstance(rule, ContactHours) and rule.hours
        for window in rule.hours.values()
        if window
    ]
    return min(start for start, _end in windows), max(end for _start, end in windows)


def _time_field(
    label: Any, times: Sequence[tuple[str, str]], *, may_be_none: bool = False
) -> forms.TypedChoiceField:
    none = [("", capfirst(gettext("no messages")))] if may_be_none else []
    return forms.TypedChoiceField(
        label=label,
        widget=Select,
        coerce=time.fromisoformat,
        empty_value=None,
        required=not may_be_none,
        choices=[*none, *times],
        error_messages=chosen_from_list(_("Choose a time.")),
    )


def _channel_field(label: Any, offered: Sequence[str]) -> forms.ChoiceField:
    ways = [(channel, capfirst(Channel(channel).label)) for channel in offered]
    return forms.ChoiceField(
        label=label,
        widget=Select,
        required=False,
        choices=[*ways, ("", capfirst(gettext("none")))],
        error_messages={"invalid_choice": _("We do not know the way “%(value)s”. Choose one from the list.")},
    )


def _lead_day(days: int) -> str:
    if days == 0:
        return gettext("On the day itself")
    return ngettext("%(days)d day before", "%(days)d days before", days) % {"days": days}


def _pace(pace: Pace, habit: Habit) -> str:
    """The label; under it, for the pace that follows the habit, what that habit is."""
    if pace != "auto":
        return str(pace_words.LABELS[pace])
    return format_html(
        '<span>{}<br><span class="hint">{}</span></span>',
        pace_words.LABELS[pace],
        pace_words.habit_sentence(habit),
    )


def _pause_hint(last: date) -> str:
    text = gettext(
        "Reminders start again on this day. You can choose a day until %(day)s. "
        "Your bills stay due while reminders are paused. Leave it empty for no pause."
    )
    return text % {"day": money.day(last)}


def _twice(category: str, way: str) -> str:
    if category == ALL:
        return gettext("You chose %(way)s twice. Choose another way or “none”.") % {"way": Channel(way).label}
    text = gettext("Messages %(category)s: you chose %(way)s twice. Choose another way or “none”.")
    return text % {"category": Category(category).label, "way": Channel(way).label}
