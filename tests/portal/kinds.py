"""What each address of the site is for: the table that a new route must enter."""

from enum import Enum, auto
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model

from tests.portal import routes
from tests.portal.routes import Route


class Kind(Enum):
    OPEN = auto()  # for everybody, and about nobody
    SIGNED_IN = auto()  # about the login that asks, of whatever sort
    BORROWER = auto()  # about the borrower who asks
    BORROWERS_ROW = auto()  # about one row, named in the address, of the borrower who asks
    LOGINS_ROW = auto()  # about one row, named in the address, of the login that asks
    PROVIDER = auto()  # only with the provider's signature
    API = auto()  # only with a key
    SIGNED_LINK = auto()  # about whom the address itself, which we signed, is about
    STAFF = auto()  # only for staff
    STAFF_OWN = auto()  # for each of the staff, whatever their rights: the frame, and their own password
    STAFF_ROW = auto()  # only for staff with the right to these rows
    # Phones and mailboxes of made-up people on this computer; test_production: not routed there.
    DEMO = auto()


KINDS = {
    "home": Kind.OPEN,
    "healthz": Kind.OPEN,
    "readyz": Kind.OPEN,
    "metrics": Kind.OPEN,  # on this computer; elsewhere only with the token: test_metrics
    "styleguide": Kind.OPEN,
    "push_worker": Kind.OPEN,
    "manifest": Kind.OPEN,
    # ---------- accounts ----------
    "accounts:claim_contact": Kind.OPEN,
    "accounts:claim_code": Kind.OPEN,
    "accounts:claim": Kind.OPEN,
    "accounts:set_language": Kind.OPEN,
    "accounts:profile": Kind.BORROWER,
    "accounts:contact_add": Kind.BORROWER,
    "accounts:contact_code": Kind.BORROWER,
    "accounts:contact_confirm": Kind.BORROWERS_ROW,
    "accounts:contact_remove": Kind.BORROWERS_ROW,
    "accounts:my_data": Kind.BORROWER,
    "accounts:my_data_download": Kind.BORROWER,
    "accounts:delete_login": Kind.BORROWER,
    "accounts:recovery_codes": Kind.SIGNED_IN,
    "accounts:recovery_codes_file": Kind.SIGNED_IN,
    "accounts:new_recovery_codes": Kind.SIGNED_IN,
    "accounts:step_up": Kind.SIGNED_IN,
    "accounts:step_up_code": Kind.SIGNED_IN,
    # ---------- django-allauth, and what stands in its places ----------
    "account/login/code/": Kind.OPEN,
    "account/login/code/confirm/": Kind.OPEN,
    "account/password/set/": Kind.SIGNED_IN,
    "^account/(?:email|confirm-email|phone)/": Kind.OPEN,  # leads to the profile
    "account_login": Kind.OPEN,
    "account_logout": Kind.OPEN,
    "account_inactive": Kind.OPEN,
    "account_signup": Kind.OPEN,
    "account_reauthenticate": Kind.SIGNED_IN,
    "account_email": Kind.OPEN,  # these six are hidden behind the line that leads to the profile
    "account_email_verification_sent": Kind.OPEN,
    "account_confirm_email": Kind.OPEN,
    "account_verify_phone": Kind.OPEN,
    "account_change_phone": Kind.OPEN,
    "account_change_password": Kind.SIGNED_IN,
    "account_set_password": Kind.SIGNED_IN,
    "account_reset_password": Kind.OPEN,
    "account_confirm_login_code": Kind.OPEN,
    "account_request_login_code": Kind.OPEN,
    "account_reset_password_done": Kind.OPEN,
    "account_reset_password_from_key": Kind.OPEN,
    "account_reset_password_from_key_done": Kind.OPEN,
    # Those without a name stand in allauth's places, behind the step-up.
    "account/2fa/": Kind.SIGNED_IN,
    "account/2fa/webauthn/": Kind.OPEN,  # leads to mfa_index
    "account/2fa/webauthn/add/": Kind.SIGNED_IN,
    "account/2fa/webauthn/keys/<int:pk>/edit/": Kind.LOGINS_ROW,
    "account/2fa/webauthn/keys/<int:pk>/remove/": Kind.LOGINS_ROW,
    "account/2fa/totp/activate/": Kind.SIGNED_IN,
    "account/2fa/totp/deactivate/": Kind.SIGNED_IN,
    "account/sessions/": Kind.SIGNED_IN,
    "mfa_index": Kind.SIGNED_IN,
    "mfa_authenticate": Kind.OPEN,
    "mfa_reauthenticate": Kind.SIGNED_IN,
    "mfa_reauthenticate_webauthn": Kind.SIGNED_IN,
    "mfa_activate_totp": Kind.SIGNED_IN,
    "mfa_deactivate_totp": Kind.SIGNED_IN,
    "mfa_list_webauthn": Kind.OPEN,
    "mfa_add_webauthn": Kind.SIGNED_IN,
    "mfa_edit_webauthn": Kind.LOGINS_ROW,
    "mfa_remove_webauthn": Kind.LOGINS_ROW,
    "mfa_login_webauthn": Kind.OPEN,
    "usersessions_list": Kind.SIGNED_IN,
    # ---------- loans, notifications ----------
    "loans:dashboard": Kind.BORROWER,
    "loans:account": Kind.BORROWERS_ROW,
    "loans:payoff": Kind.BORROWERS_ROW,
    "loans:pay_more": Kind.BORROWERS_ROW,
    "loans:statements": Kind.BORROWERS_ROW,
    "loans:statement": Kind.BORROWERS_ROW,
    "loans:receipt": Kind.BORROWERS_ROW,
    "loans:pay": Kind.BORROWERS_ROW,
    "loans:pay_order": Kind.BORROWERS_ROW,
    "loans:pay_hook": Kind.PROVIDER,
    "loans:calendar": Kind.BORROWER,
    "loans:feed": Kind.SIGNED_LINK,
    "api-v1:openapi-json": Kind.OPEN,  # what there is to ask, and nothing of anybody
    "api-v1:api-root": Kind.OPEN,  # answers 404 with nothing in it
    "api-v1:nowhere": Kind.OPEN,  # the same for whatever is no address of it
    "api-v1:put_borrowers": Kind.API,
    "api-v1:put_accounts": Kind.API,
    "api-v1:put_bills": Kind.API,
    "api-v1:put_payments": Kind.API,
    "api-v1:put_reversals": Kind.API,
    "api-v1:accounts_of_borrower": Kind.API,
    "api-v1:account": Kind.API,
    "api-v1:schedule": Kind.API,
    "help:list": Kind.BORROWER,
    "help:ask": Kind.BORROWER,
    "help:request": Kind.BORROWERS_ROW,
    "notifications:preferences": Kind.BORROWER,
    "notifications:plan": Kind.BORROWER,
    "notifications:preview": Kind.BORROWER,
    "notifications:stop": Kind.BORROWER,
    "notifications:start": Kind.BORROWER,
    "notifications:devices": Kind.BORROWER,
    "notifications:device_remove": Kind.BORROWERS_ROW,
    "notifications:history": Kind.BORROWER,
    "notifications:history_json": Kind.BORROWER,
    "notifications:history_csv": Kind.BORROWER,
    "notifications:check": Kind.OPEN,
    "reply_links:page": Kind.SIGNED_LINK,
    "reply_links:choose": Kind.SIGNED_LINK,
    "notifications:inbox": Kind.BORROWER,
    "notifications:inbox_read": Kind.BORROWER,
    "notifications:news": Kind.BORROWER,
    "notifications:message": Kind.BORROWERS_ROW,
    "conversations:list": Kind.BORROWER,
    "conversations:new": Kind.BORROWER,
    "conversations:thread": Kind.BORROWERS_ROW,
    "conversations:file": Kind.BORROWERS_ROW,
    "hooks:twilio_status": Kind.PROVIDER,
    "hooks:twilio_inbound": Kind.PROVIDER,
    "hooks:postmark_inbound_webhook": Kind.PROVIDER,
    "hooks:postmark_tracking_webhook": Kind.PROVIDER,
    "hooks:alibaba_report": Kind.PROVIDER,
    "hooks:alibaba_inbound": Kind.PROVIDER,
    "hooks:gateway_receipt": Kind.PROVIDER,
    "hooks:gateway_reply": Kind.PROVIDER,
    "hooks:whatsapp": Kind.PROVIDER,
    "hooks:unsubscribe": Kind.SIGNED_LINK,
    "sandbox:index": Kind.DEMO,
    "sandbox:phone": Kind.DEMO,
    "sandbox:mail": Kind.DEMO,
    "sandbox:push": Kind.DEMO,
    # ---------- staff ----------
    "admin:index": Kind.STAFF_OWN,
    "admin:login": Kind.STAFF_OWN,
    "admin:logout": Kind.STAFF_OWN,
    "admin:password_change": Kind.STAFF_OWN,
    "admin:password_change_done": Kind.STAFF_OWN,
    "admin:jsi18n": Kind.STAFF_OWN,
    "admin:app_list": Kind.STAFF,
    "admin:autocomplete": Kind.STAFF,
    "admin:view_on_site": Kind.STAFF,
    "admin/(?P<url>.*)$": Kind.STAFF,
    "admin:auth_user_password_change": Kind.STAFF_ROW,
}
PREFIXES = {
    f"{model._meta.app_label}_{model._meta.model_name}": model for model in admin.site._registry
}  # of the names of the routes that are about this model's rows


def kind_of(route: Route) -> Kind | None:
    if route.name in KINDS:
        return KINDS[route.name]
    return Kind.STAFF_ROW if model_of(route) else None


def model_of(route: Route) -> type[Model] | None:
    """The model whose rows a staff page is about; by its address, for a redirect has no name."""
    parts = route.pattern.split("/")
    return PREFIXES.get("_".join(parts[1:3])) if parts[0] == "admin" and len(parts) > 3 else None


def of_kind(*kinds: Kind) -> list[Any]:
    return [pytest.param(route, id=route.name) for route in routes.everything() if kind_of(route) in kinds]


# Providers' addresses that also answer GET, and there only to who knows the word that was agreed.
ANSWER_A_CHALLENGE = frozenset({"hooks:whatsapp"})
