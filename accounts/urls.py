"""Addresses of a person's journeys. Comes before django-allauth's, and takes some of its places."""

from allauth.account import views as allauth_views
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path
from django.views.generic import RedirectView

from accounts.step_up import step_up_required
from accounts.views import (
    claim,
    language,
    my_data,
    profile,
    recovery_codes,
    second_factors,
    sign_in,
    step_up,
)
from accounts.views.second_factors import with_app

app_name = "accounts"
urlpatterns = [
    path("claim/contact/", claim.contact, name="claim_contact"),
    path("claim/code/", claim.enter_code, name="claim_code"),
    path("claim/<str:token>/", claim.claim, name="claim"),
    path("profile/", profile.profile, name="profile"),
    path("profile/addresses/add/", profile.contact_add, name="contact_add"),
    path("profile/addresses/code/", profile.contact_code, name="contact_code"),
    path("profile/addresses/<int:point_id>/confirm/", profile.contact_confirm, name="contact_confirm"),
    path("profile/addresses/<int:point_id>/remove/", profile.contact_remove, name="contact_remove"),
    path("profile/confirm/", step_up.page, name="step_up"),
    path("profile/confirm/code/", step_up.enter_code, name="step_up_code"),
    path("profile/data/", my_data.page, name="my_data"),
    path("profile/data/download/", my_data.download, name="my_data_download"),
    path("profile/delete/", my_data.delete_login, name="delete_login"),
    path("account/2fa/recovery-codes/", recovery_codes.page, name="recovery_codes"),
    path("account/2fa/recovery-codes/download/", recovery_codes.file, name="recovery_codes_file"),
    path("account/2fa/recovery-codes/generate/", recovery_codes.renew, name="new_recovery_codes"),
    path("language/", language.set_language, name="set_language"),
    # ---------- in allauth's places ----------
    # One page asks for an address, whatever its kind; allauth's second page has a field for each.
    path("account/login/code/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("account/login/code/confirm/", sign_in.EnterSignInCode.as_view()),
    # A session left open must not become a password.
    path("account/password/set/", step_up_required(allauth_views.password_set)),
    path("account/2fa/", second_factors.Overview.as_view()),
    path("account/2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index")),
    path("account/2fa/webauthn/add/", step_up_required(second_factors.AddPasskey.as_view())),
    path("account/2fa/webauthn/keys/<int:pk>/edit/", step_up_required(webauthn.edit_webauthn)),
    path(
        "account/2fa/webauthn/keys/<int:pk>/remove/", step_up_required(second_factors.RemovePasskey.as_view())
    ),
    path("account/2fa/totp/activate/", step_up_required(second_factors.AddApp.as_view())),
    path("account/2fa/totp/deactivate/", step_up_required(with_app(totp.deactivate_totp))),
    path("account/sessions/", step_up_required(second_factors.Sessions.as_view())),
    # Addresses change on the profile, with a step-up and notices.
    re_path(
        r"^account/(?:email|confirm-email|phone)/", RedirectView.as_view(pattern_name="accounts:profile")
    ),
]
