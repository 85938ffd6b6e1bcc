"""Which of our forms stands in for which of django-allauth's: in our words, with our labels and hints."""

FORMS = {
    "login": "accounts.sign_in_forms.SignInForm",
    "confirm_login_code": "accounts.sign_in_forms.SignInCodeForm",
    "reset_password": "accounts.sign_in_forms.ForgottenPasswordForm",
    "set_password": "accounts.sign_in_forms.SetPasswordForm",
    "change_password": "accounts.sign_in_forms.ChangePasswordForm",
    "reset_password_from_key": "accounts.sign_in_forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.sign_in_forms.ReauthenticateForm",
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
