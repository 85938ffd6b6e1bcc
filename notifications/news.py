"""What is new for one person: the numbers in the navigation, and a mark that changes when they or the inbox do."""

from dataclasses import dataclass
from datetime import datetime

from notifications import conversations, inbox


@dataclass(frozen=True)
class News:
    messages: int  # in the inbox, not seen yet
    answers: int  # conversations with an answer not read yet
    latest: datetime | None  # UTC; when the newest message of the inbox was begun

    @property
    def mark(self) -> str:
        """Two pages with the same mark show the same."""
        at = int(self.latest.timestamp() * 1000) if self.latest else 0
        return f"{self.messages}-{self.answers}-{at}"


NOTHING = News(0, 0, None)


def of(user_id: int) -> News:
    """Two queries by index, however often a page asks."""
    new, latest = inbox.new_and_latest(user_id)
    return News(new, conversations.new_count(user_id), latest)
