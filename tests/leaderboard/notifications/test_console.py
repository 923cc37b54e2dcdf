"""Without a mail server e-mails are printed, but not where a command prints its result."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMessage, get_connection

from leaderboard import settings


def test_an_email_is_printed_beside_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert settings.ENVIRONMENT.email_url.get_secret_value() == "console://"
    connection = get_connection(settings.EMAIL_BACKEND)
    connection.send_messages([EmailMessage("Confirm", "your address", "from@example.org", ["to@example.org"])])
    printed = capsys.readouterr()
    assert "Subject: Confirm" in printed.err
    assert "your address" in printed.err
    assert printed.out == ""
