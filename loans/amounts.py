"""Amounts as people type them: $1,000.50, 1000.5, １００元. Pure."""

import re

from accounts.typed import narrow

# What people write beside an amount. No other currency's: NT$100 is no 100 of an account in US dollars.
_SIGNS = {
    "USD": ("US$", "$"),
    "TWD": ("NT$", "$", "元", "圓"),
    "CNY": ("¥", "元"),
    "EUR": ("€",),
    "GBP": ("£",),
}
# A comma stands before three digits (1,000), two of India's lakhs, or four of the Chinese 万; never before cents.
_GROUPED = re.compile(r"\d+(,\d{2,4})*,\d{3,4}(\.\d*)?")


def plain(text: str, currency: str) -> str:
    """The number alone, as Decimal reads it, without the currency's own sign and commas between thousands.

    10,50 stays as it is, which Decimal refuses: some write cents so, and whoever means 10.50 must not pay 1,050.
    """
    number = "".join(narrow(text).split())
    for sign in (currency, *_SIGNS.get(currency, ())):
        if number.upper().startswith(sign):
            number = number[len(sign) :]
            break
        if number.upper().endswith(sign):
            number = number[: -len(sign)]
            break
    return number.replace(",", "") if _GROUPED.fullmatch(number) else number
