"""What this app does when the apps below it speak. Imported by the app's config when it is ready."""

from accounts.signals import login_deleted, sms_wanted
from loans.signals import (
    bills_changed,
    bills_moved,
    bills_opened,
    large_print_asked,
    payment_recorded,
    payment_taken_back,
)
from notifications import direct, payments, plan, preferences
from notifications.help import journeys as help_journeys
from notifications.hooks import mail as mail_hooks
from notifications.push import devices as push_devices

sms_wanted.connect(direct.when_committed, dispatch_uid="direct_text")
payment_recorded.connect(payments.on_payment, dispatch_uid="payment_silences")
bills_changed.connect(payments.on_bills_changed, dispatch_uid="import_silences")
bills_opened.connect(payments.on_bills_opened, dispatch_uid="opened_bills_are_planned_anew")
large_print_asked.connect(preferences.on_large_print_asked, dispatch_uid="large_print")
mail_hooks.connect()
bills_moved.connect(plan.on_bills_moved, dispatch_uid="moved_bills_are_planned_anew")
payment_recorded.connect(help_journeys.on_payments_changed, dispatch_uid="payment_keeps_promise")
payment_taken_back.connect(help_journeys.on_payments_changed, dispatch_uid="promise_without_its_payment")
payment_taken_back.connect(payments.on_taken_back, dispatch_uid="payment_taken_back_is_told")
login_deleted.connect(push_devices.on_login_deleted, dispatch_uid="deleted_login_ends_push")
