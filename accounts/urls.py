"""Addresses of a person's journeys. Comes before django-allauth's, and takes some of its places."""

from allauth.account import views as allauth_views
from django.urls import path, re_path
from django.views.generic import RedirectView

from accounts.step_up import step_up_required
from accounts.views import claim, language, profile, sign_in

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
    path("profile/confirm/", profile.step_up_page, name="step_up"),
    path("profile/confirm/code/", profile.step_up_code, name="step_up_code"),
    path("language/", language.set_language, name="set_language"),
    # ---------- in allauth's places ----------
    # One page asks for an address, whatever its kind; allauth's second page has a field for each.
    path("account/login/code/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("account/login/code/confirm/", sign_in.EnterSignInCode.as_view()),
    # A session left open must not become a password.
    path("account/password/set/", step_up_required(allauth_views.password_set)),
    # Addresses change on the profile, with a step-up and notices.
    re_path(
        r"^account/(?:email|confirm-email|phone)/", RedirectView.as_view(pattern_name="accounts:profile")
    ),
]
