"""Amounts as people type them."""

import pytest

from loans.amounts import plain


@pytest.mark.parametrize(
    ("typed", "currency", "number"),
    [
        ("50", "USD", "50"),
        ("1,000.50", "USD", "1000.50"),
        ("1 000.50", "USD", "1000.50"),
        ("$1,000", "USD", "1000"),
        ("usd 20", "USD", "20"),
        ("１００．５", "USD", "100.5"),
        ("１，０００元", "TWD", "1000"),
        ("NT$1,382", "TWD", "1382"),
        ("1,00,000", "INR", "100000"),
        ("1,0000", "CNY", "10000"),
    ],
)
def test_an_amount_is_read_as_it_is_meant(typed: str, currency: str, number: str) -> None:
    assert plain(typed, currency) == number


@pytest.mark.parametrize("typed", ["10,50", "1,5", "1,000,5", "1.000,50", ",50", "NT$100", "100元", "1e"])
def test_what_may_mean_two_amounts_or_another_currency_is_no_number(typed: str) -> None:
    assert not plain(typed, "USD").replace(".", "", 1).isdigit()
