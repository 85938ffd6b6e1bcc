"""Who asks for the time is given a clock: what is sent takes time, and a test's clock stands."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]  # UTC
