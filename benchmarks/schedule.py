"""Contract schedules a second of one core's time: `python benchmarks/schedule.py [--json] [SECONDS]`.

Each kind is computed again and again for so many seconds of CPU time (1 if not said; what else the machine does
then does not count). `cents_agree` says that the schedule's principal parts add up to what was lent.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from loans.daycount import DayCount
from loans.recalculation import Course, recalculate
from loans.replay import Payment
from loans.schedule import MonthlyLoan, Row, contract_schedule, schedule
from loans.terms import Basis, Conventions, Method, Terms

LENT, PAID_OUT = Decimal(28000), date(2026, 1, 31)


def _terms(number: int, **terms: object) -> Terms:
    usual = {"principal": LENT, "annual_rate_pct": Decimal("14.07"), "instalments": number}
    return Terms(**(usual | {"disbursed_on": PAID_OUT} | terms))  # type: ignore[arg-type]


def _kinds() -> dict[str, Callable[[], list[Row]]]:
    printed = MonthlyLoan(LENT, Decimal("14.07"), 60, Decimal("652.53"), PAID_OUT)
    by_days = Conventions(basis=Basis.PER_PERIOD)
    late = _terms(60, instalment=Decimal("652.53"), day_count=DayCount.ACTUAL_365)
    payments = [Payment(date(2026, month, 5), Decimal(700)) for month in range(3, 13)]
    course = Course(terms=late, events=payments, as_of=date(2026, 12, 5))
    return {
        "printed instalment, 60 months": lambda: contract_schedule(printed),
        "annuity, 60 months": lambda: schedule(_terms(60)),
        "annuity, 360 months": lambda: schedule(_terms(360)),
        "annuity by days, actual/365, 60 months": lambda: schedule(
            _terms(60, day_count=DayCount.ACTUAL_365, conventions=by_days)
        ),
        "equal principal, 60 months": lambda: schedule(_terms(60, method=Method.EQUAL_PRINCIPAL)),
        "recalculated, 60 months, 10 payments": lambda: recalculate(course),
    }


def _measure(compute: Callable[[], list[Row]], seconds: float) -> dict[str, object]:
    rows = compute()
    done, started = 0, time.process_time()
    while (spent := time.process_time() - started) < seconds:
        compute()
        done += 1
    return {
        "schedules_per_s": round(done / spent),
        "rows_per_s": round(done * len(rows) / spent),
        "cents_agree": sum(row.principal for row in rows) == LENT,
    }


def main(arguments: list[str]) -> None:
    numbers = [float(argument) for argument in arguments if argument != "--json"]
    seconds = numbers[0] if numbers else 1.0
    measured = {name: _measure(compute, seconds) for name, compute in _kinds().items()}
    print(json.dumps({"benchmark": "schedule", "per": "CPU second of one core", "kinds": measured}, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
