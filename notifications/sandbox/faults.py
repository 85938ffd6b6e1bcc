"""How the sandbox's Twilio misbehaves when it is told to."""

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    OK = "ok"
    ERROR_500 = "error_500"  # refuses with 500, has not taken it
    ERROR_500_AFTER_ACCEPT = "error_500_after_accept"  # takes it and says 500
    HANG = "hang"  # takes it and never answers
    RESET_AFTER_ACCEPT = "reset_after_accept"  # takes it and breaks the connection
    GARBAGE_201 = "garbage_201"  # says 201 with a body that is not JSON
    LYING_201 = "lying_201"  # says 201 without a SID
    ENDLESS_201 = "endless_201"  # says 201 with a body that does not end
    RATE_LIMITED = "rate_limited"  # 429 with Retry-After
    REFUSE_FOR_GOOD = "refuse_for_good"  # 400 with code 21614
    UNDELIVERED = "undelivered"  # takes it, and the receipt says that it did not arrive


@dataclass
class Faults:
    """The next calls' behaviour, as POST /faults sets it. What is not given goes back to its default."""

    mode: Mode = Mode.OK
    times: int | None = None  # calls until the mode is ok again; None: until it is cleared
    latency_ms: int = 0  # before every answer
    retry_after: str = "30"  # the header's value under rate_limited
    callbacks: bool = True  # whether receipts are sent
    unruly: bool = False  # each receipt and reply comes twice, and the last receipt first
    receipt_delay_ms: int = 300  # between queued, sent and delivered

    def __post_init__(self) -> None:
        self.mode = Mode(self.mode)

    def take(self) -> Mode:
        """The mode of one call; counts it."""
        mode = self.mode
        if self.times is not None:
            self.times -= 1
            if self.times <= 0:
                self.mode, self.times = Mode.OK, None
        return mode
