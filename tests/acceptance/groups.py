"""Which adapter answers which kind of case. An adapter reads the inputs, calls our code, and shapes the answer."""

from tests.acceptance import cards, events, rates, reminders, running, schedules, texts
from tests.acceptance.reading import Adapter

# group → kind → adapter
GROUPS: dict[str, dict[str, Adapter]] = {
    "time_zones": {"wall_clock": reminders.wall_clock, "time_zone": reminders.time_zone},
    "sms": {"sms_segments": reminders.sms_segments, "sms_downgrade": reminders.sms_downgrade},
    "phones": {"phone": reminders.phone},
    "names": {"name": reminders.name},
    "webhooks": {"webhook_signature": reminders.webhook_signature},
    "allocations": {"allocation": events.allocation},
    "delinquency": {"delinquency": events.late},
    "recalculations": {"recalculation": running.recalculation},
    "payoffs": {"payoff": running.payoff, "accrual": running.accrual},
    "apr": {"apr": rates.yearly_rate},
    "annuity_functions": {"annuity_function": rates.annuity_function},
    "due_dates": {"due_dates": rates.due_dates},
    "charges": {"charge": cards.charge},
    "cards": {
        "card_minimum": cards.minimum,
        "card_interest": cards.interest,
        "card_projection": cards.projected,
        "card_allocation": cards.excess,
    },
    "mail": {"email_address": texts.email_address, "one_click_unsubscribe": texts.one_click},
    "calendar": {"calendar_text": texts.calendar_line, "recurrence": texts.recurrence},
    "schedules": {"schedule": schedules.contract},
}
