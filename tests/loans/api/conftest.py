"""The day of these tests, a key with every scope, and a loan with its first bill in the books."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.loans.api.calling import BILL, LOAN, NOW, PERSON, became, call, make_key


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def secret() -> str:
    return make_key()


@pytest.fixture
def fed(secret: str) -> None:
    for path, row in (("borrowers", PERSON), ("accounts", LOAN), ("bills", BILL)):
        assert became(call(secret, path, [row])) == ["created"]
