"""Which of our forms stands in for which of django-allauth's: in our words, with our labels and hints."""

FORMS = {
    "login": "accounts.forms.SignInForm",
    "confirm_login_code": "accounts.forms.SignInCodeForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
SECOND_FACTOR_FORMS = {
    "add_webauthn": "accounts.second_factor_forms.AddPasskeyForm",
    "edit_webauthn": "accounts.second_factor_forms.RenamePasskeyForm",
    "login_webauthn": "accounts.second_factor_forms.PasskeySignInForm",
    "authenticate_webauthn": "accounts.second_factor_forms.PasskeySecondForm",
    "reauthenticate_webauthn": "accounts.second_factor_forms.PasskeyStepUpForm",
    "activate_totp": "accounts.second_factor_forms.AddAppForm",
    "authenticate": "accounts.second_factor_forms.SecondCodeForm",
    "reauthenticate": "accounts.second_factor_forms.StepUpCodeForm",
}
