"""How many decimal places a currency has. Pure.

Source: ISO 4217:2015, list one, column "minor unit", kept by SIX Interbank Clearing.
"""

from decimal import Decimal

_NONE = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
    "XPF",
)  # fmt: skip
# Every other currency in the list has two. MGA and MRU count in fifths and are listed with two as well.
_PLACES = {
    **dict.fromkeys(_NONE, 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def minor_digits(currency: str) -> int:
    """Decimal places of an ISO 4217 code: EUR 2, JPY 0, KWD 3. ValueError: not three capital letters."""
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise ValueError(f"“{currency}” is not a currency. Write an ISO 4217 code such as EUR or USD.")
    return _PLACES.get(currency, 2)


def unit(currency: str) -> Decimal:
    """The least amount of a currency: EUR 0.01, JPY 1, KWD 0.001."""
    return Decimal(1).scaleb(-minor_digits(currency))
