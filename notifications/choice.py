"""What a borrower may choose about reminders, and what holds until they choose. Pure: no Django, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from notifications.pace import PACES, Pace

Window = tuple[time, time]  # local, half-open: [start, end)

CATEGORIES = ("upcoming", "due", "overdue")  # the ones a borrower chooses for
CHANNELS = ("sms", "email", "whatsapp", "push", "inbox")
LEAD_DAYS = (7, 3, 1, 0)  # days before the due date at which the cadence has a step
WEEKDAYS = range(7)  # 0 is Monday
MOST_PER_WEEK = 7

_DAYTIME: Window = (time(9), time(20))


@dataclass(frozen=True)
class Choice:
    """A borrower's choice. ValueError: it holds something that cannot be kept."""

    # category → channels in the order to try; empty: no message of that category
    channels: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: dict.fromkeys(CATEGORIES, ("sms", "email", "inbox"))
    )
    # weekday → local hours; None: no message that day
    windows: Mapping[int, Window | None] = field(default_factory=lambda: dict.fromkeys(WEEKDAYS, _DAYTIME))
    lead_days: frozenset[int] = frozenset({7, 3, 1, 0})  # days before the due date
    max_per_week: int = 3  # messages in any seven days, on all channels but the inbox
    paused_until: date | None = None  # the first local day on which reminders come again
    pace: Pace = "auto"  # how closely the cadence is followed
    is_discreet: bool = False  # outside the portal, say only that a message waits
    is_large: bool = False  # e-mails and papers in large print
    is_simple: bool = False  # in plain words, where such words are approved

    def __post_init__(self) -> None:
        if set(self.channels) != set(CATEGORIES):
            raise ValueError(f"Choose channels for each of {', '.join(CATEGORIES)}.")
        for category, channels in self.channels.items():
            if not set(channels) <= set(CHANNELS) or len(set(channels)) != len(channels):
                raise ValueError(f"{category}: choose each of {', '.join(CHANNELS)} at most once.")
        if set(self.windows) != set(WEEKDAYS):
            raise ValueError("Choose hours, or none, for each of the seven weekdays.")
        if any(window and window[0] >= window[1] for window in self.windows.values()):
            raise ValueError("The hours of a day must end after they start.")
        if not self.lead_days <= set(LEAD_DAYS):
            raise ValueError(f"Lead days are some of {LEAD_DAYS}.")
        if not 1 <= self.max_per_week <= MOST_PER_WEEK:
            raise ValueError(f"Messages a week are 1 to {MOST_PER_WEEK}.")
        if self.pace not in PACES:
            raise ValueError(f"The pace is one of {', '.join(PACES)}.")

    def uses(self, channel: str) -> bool:
        """Is it a way for any category?"""
        return any(channel in ways for ways in self.channels.values())

    def hides(self, channel: str) -> bool:
        """Does a message on this channel say only that a message waits? Inside the portal all is said, and a push
        message lies on a screen that others see."""
        return channel == "push" or (self.is_discreet and channel != "inbox")

    def to_json(self) -> dict[str, Any]:
        """The stored form. `from_json` gives the equal choice back."""
        return {
            "channels": {category: list(channels) for category, channels in self.channels.items()},
            "windows": {
                str(day): [window[0].isoformat("minutes"), window[1].isoformat("minutes")] if window else None
                for day, window in self.windows.items()
            },
            "lead_days": sorted(self.lead_days, reverse=True),
            "max_per_week": self.max_per_week,
            "paused_until": self.paused_until.isoformat() if self.paused_until else None,
            "pace": self.pace,
            "is_discreet": self.is_discreet,
            "is_large": self.is_large,
            "is_simple": self.is_simple,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Choice":
        """ValueError, KeyError: not what `to_json` writes."""
        paused = stored["paused_until"]
        return cls(
            channels={category: tuple(channels) for category, channels in stored["channels"].items()},
            windows={
                int(day): (time.fromisoformat(window[0]), time.fromisoformat(window[1])) if window else None
                for day, window in stored["windows"].items()
            },
            lead_days=frozenset(stored["lead_days"]),
            max_per_week=stored["max_per_week"],
            paused_until=date.fromisoformat(paused) if paused else None,
            # A choice stored before there were these.
            pace=stored.get("pace", "auto"),
            is_discreet=stored.get("is_discreet", False),
            is_large=stored.get("is_large", False),
            is_simple=stored.get("is_simple", False),
        )


DEFAULT = Choice()
