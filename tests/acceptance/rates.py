"""APR, annuity functions and due dates."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from loans import apr, spreadsheet
from loans.apr import Flow, Timed
from loans.due_dates import due_on
from loans.spreadsheet import Annuity
from tests.acceptance.comparing import ToPlaces
from tests.acceptance.reading import Answer, Case, period


def yearly_rate(case: Case) -> Answer:
    """ValueError: a measure that is not known."""
    inputs = case["inputs"]
    match case["method"]:
        case "eu-effective":
            rate = apr.eu_apr(_flows(inputs["advances"]), _flows(inputs["payments"]))
        case "us-actuarial":
            rate = _us(inputs)
        case other:
            raise ValueError(f"The measure {other} is not known.")
    printed = Decimal(case["expected"]["apr_pct"]).as_tuple().exponent
    return {"apr_pct": ToPlaces(rate, -int(printed))}


def _flows(entries: Iterable[dict[str, str]]) -> list[Flow]:
    return [Flow(date.fromisoformat(one["date"]), Decimal(one["amount"])) for one in entries]


def _us(inputs: dict[str, Any]) -> Decimal:
    advances = _flows(inputs.get("advances", ()))
    start = min((one.on for one in advances), default=None) or date.fromisoformat(inputs["advance_on"])
    payments = inputs["payments"]
    days = inputs.get("term_days")  # a single payment's term below a year is the unit period itself
    units = Fraction(365, days) if days else Fraction(inputs["unit_periods_per_year"])
    if isinstance(payments, list):
        paid = apr.timed(_flows(payments), start, apr.unit_period(int(units)))
    else:
        paid = apr.regular(_first(inputs, start, units), _amounts(payments))
    if advances:
        lent = apr.timed(advances, start, apr.unit_period(int(units)))
    else:
        lent = [Timed(Decimal(inputs["amount_financed"]), 0)]
    return apr.us_apr(lent, paid, Decimal(units.numerator) / units.denominator)


def _first(inputs: dict[str, Any], start: date, units: Fraction) -> tuple[int, Fraction]:
    """When the first payment is due, in unit periods."""
    if "term_days" in inputs:
        return apr.term(Fraction(inputs["term_days"], 365), units)
    if "term_months" in inputs:
        return apr.term(Fraction(inputs["term_months"], 12), units)
    if "first_period" in inputs:
        first = inputs["first_period"]
        return first["whole"], Fraction(first["odd_days"], first.get("of", 1))
    if units.denominator > 1:  # 365/255 a year: the term of a single payment is the unit period itself
        return 1, Fraction(0)
    return apr.between(start, date.fromisoformat(inputs["payments"]["first"]), apr.unit_period(int(units)))


def _amounts(payments: dict[str, Any]) -> list[Decimal]:
    amounts = [Decimal(payments["amount"])] * payments["count"]
    amounts[0] = Decimal(payments.get("first_amount", amounts[0]))
    amounts[-1] = Decimal(payments.get("last_amount", amounts[-1]))
    return amounts


def annuity_function(case: Case) -> Answer:
    """ValueError: a function that is not known."""
    function = _FUNCTIONS.get(case["method"])
    if function is None:
        raise ValueError(f"The function {case['method']} is not known.")
    decimals = case["expected"]["decimals"]
    return {"value": ToPlaces(function(case["inputs"]), decimals), "decimals": decimals}


def _annuity(inputs: dict[str, Any]) -> Annuity:
    return Annuity(
        rate=_rate(inputs),
        periods=inputs["periods"],
        present_value=Decimal(inputs.get("present_value", 0)),
        future_value=Decimal(inputs.get("future_value", 0)),
        at_start=inputs.get("at_start", False),
    )


def _rate(inputs: dict[str, Any]) -> Decimal:
    """ "0.069/12" as the sheets write it."""
    above, _, below = inputs["rate_per_period"].partition("/")
    return Decimal(above) / Decimal(below or 1)


def _paid(inputs: dict[str, Any]) -> tuple[Decimal, int, Decimal]:
    return _rate(inputs), inputs["periods"], Decimal(inputs.get("payment", 0))


def _others(inputs: dict[str, Any], worth: str) -> dict[str, Any]:
    """The optional arguments of PV and FV."""
    return {worth: Decimal(inputs.get(worth, 0)), "at_start": inputs.get("at_start", False)}


def _periods_needed(inputs: dict[str, Any]) -> Decimal:
    return spreadsheet.periods_needed(
        _rate(inputs),
        Decimal(inputs["payment"]),
        Decimal(inputs.get("present_value", 0)),
        future_value=Decimal(inputs.get("future_value", 0)),
        at_start=inputs.get("at_start", False),
    )


_FUNCTIONS: dict[str, Callable[[dict[str, Any]], Decimal]] = {
    "PMT": lambda inputs: _annuity(inputs).payment(),
    "PPMT": lambda inputs: _annuity(inputs).principal(inputs["period"]),
    "IPMT": lambda inputs: _annuity(inputs).interest(inputs["period"]),
    "CUMPRINC": lambda inputs: _annuity(inputs).principal_paid(inputs["from_period"], inputs["to_period"]),
    "CUMIPMT": lambda inputs: _annuity(inputs).interest_paid(inputs["from_period"], inputs["to_period"]),
    "NPER": _periods_needed,
    "PV": lambda inputs: spreadsheet.present_value(*_paid(inputs), **_others(inputs, "future_value")),
    "FV": lambda inputs: spreadsheet.future_value(*_paid(inputs), **_others(inputs, "present_value")),
}


def due_dates(case: Case) -> Answer:
    inputs, every = case["inputs"], period(case["inputs"])
    first = date.fromisoformat(inputs["first_due"])
    return {
        "due": {
            number: due_on(first, int(number), every, day_of_month=inputs.get("day_of_month"))
            for number in case["expected"]["due"]
        }
    }
