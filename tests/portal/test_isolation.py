"""The test-suite's own promises."""

import pytest
from django.core.cache import cache
from django.db import connection

from accounts.models import Borrower
from tests.factories import make_bill, make_card, make_loan


@pytest.mark.parametrize("run", [1, 2])
def test_a_test_does_not_see_what_another_put_into_the_cache(run: int) -> None:
    assert cache.get("left-behind") is None
    cache.set("left-behind", run)
    assert cache.get("left-behind") == run


def test_each_factory_makes_a_row_that_the_database_accepts(borrower: Borrower, stranger: Borrower) -> None:
    bill = make_bill(make_loan(borrower))
    assert bill.outstanding == 100
    assert make_bill(make_card(stranger)).account.borrower == stranger
    assert borrower.contact_points.count() == 2


def test_the_database_is_postgresql(db: None) -> None:
    assert connection.vendor == "postgresql"
    assert connection.settings_dict["NAME"].startswith("test_portal")
