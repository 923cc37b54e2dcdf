"""allauth's forms where they would answer nonsense, or a provider that was switched off, with an error of ours."""

from __future__ import annotations

import struct
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms
from allauth.socialaccount.forms import DisconnectForm
from cryptography.exceptions import InvalidSignature

from leaderboard.accounts.sign_in import usable_accounts

BROKEN = (AttributeError, IndexError, InvalidSignature, KeyError, OverflowError, TypeError, ValueError, struct.error)
"""What reading a passkey's answer raises if it isn't one: it is nested JSON with binary parts."""


class AddPasskey(forms.AddWebAuthnForm):
    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except BROKEN as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return cleaned


class _Checked(forms.AuthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except BROKEN as error:
            raise get_adapter().validation_error("incorrect_code") from error


class SecondStep(_Checked):
    pass


class PasskeyLogin(_Checked, forms.LoginWebAuthnForm):
    pass


class PasskeyConfirmation(_Checked, forms.ReauthenticateWebAuthnForm):
    pass


class Disconnect(DisconnectForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = self.fields["account"].queryset = usable_accounts(self.request.user)
