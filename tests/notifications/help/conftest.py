"""Requests are made on 11 March 2026, about a loan that is paid off in a year."""

from collections.abc import Iterator

import pytest
import time_machine

from accounts.models import Borrower
from loans.models import CreditAccount
from tests.loans.agreements import NOON, contracted


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def loan(borrower: Borrower) -> CreditAccount:
    return contracted(borrower)
