"""Accounts in a real browser: second factors, passkeys, a sign-in provider, sessions, tokens, deletion."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
from oidc_provider_mock import User as Identity
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.conftest import MakePage, enter_password, pages_of
from tests.browser.test_accessibility import serious
from tests.factories import PASSWORD
from tests.live_site import LiveSite
from tests.second_factors import code_of

PEOPLE = ("totp", "passkey", "second-key", "sessions", "tokens", "leaver", "looker", "known")
IDENTITIES = (
    Identity(sub="grace", claims={"email": "grace@university.example", "email_verified": True, "name": "Grace"}),
    Identity(sub="impostor", claims={"email": "known@example.org", "email_verified": True, "name": "Known"}),
)
SHOTS = os.environ.get("SCREENSHOTS", "")
"""A folder: keep a picture of every page there, to look at."""


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """An OpenID Connect provider; its address."""
    with oidc_provider_mock.run_server_in_thread(user_claims=IDENTITIES) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def account_site(tmp_path_factory: pytest.TempPathFactory, run_folder: Path, provider: str) -> Iterator[LiveSite]:
    """A site on localhost, since browsers have passkeys only there or with TLS."""
    settings = {"URL": provider, "NAME": "Example University", "CLIENT_ID": "ratchet", "CLIENT_SECRET": "a-secret"}
    site = LiveSite(
        tmp_path_factory.mktemp("accounts"),
        run_folder,
        **{f"RATCHET_OIDC_{name}": value for name, value in settings.items()},
    )
    site.url = f"http://localhost:{site.port}"
    site.environment["RATCHET_PUBLIC_URL"] = site.url
    try:
        site.start(worker=False)
        site.manage("shell", "--command", f"from tests import factories\nfor n in {PEOPLE!r}: factories.user(n)")
        yield site
    finally:
        site.stop()


@pytest.fixture
def new_page(browser: Browser, account_site: LiveSite) -> Iterator[MakePage]:
    with pages_of(browser, account_site.url) as make:
        yield make


def _sign_in(page: Page, username: str) -> None:
    enter_password(page, username, PASSWORD)
    page.wait_for_url(lambda url: urlsplit(url).path == "/")


def _sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign Out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def _confirm(page: Page) -> None:
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def _shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def _set_up_app(page: Page) -> str:
    """Set up an authenticator app; return its key. The page then shows the recovery codes."""
    page.goto("/accounts/")
    page.get_by_role("link", name="Two-factor authentication and passkeys").click()
    page.get_by_role("link", name="Set up an authenticator app").click()
    _confirm(page)
    _shoot(page, "totp-set-up")
    secret = page.locator("#totp-key").inner_text()
    assert page.locator(".qr img").evaluate("image => image.naturalWidth") > 0
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    return secret


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_authenticator_app_and_recovery_codes(new_page: MakePage, account_site: LiveSite, scripts: bool) -> None:
    name = f"totp-{scripts}".lower()
    account_site.manage("shell", "--command", f"from tests import factories; factories.user('{name}')")
    page = new_page(java_script_enabled=scripts)
    _sign_in(page, name)
    if scripts:
        secret = _set_up_app(page)
    else:
        page.goto("/accounts/2fa/totp/activate/")
        _confirm(page)
        secret = page.locator("#totp-key").inner_text()
        page.get_by_label("Authenticator code").fill(code_of(secret))
        page.get_by_role("button", name="Turn on").click()
    codes = page.get_by_role("list", name="Unused codes").get_by_role("listitem").all_inner_texts()
    assert len(codes) == 10
    _shoot(page, "recovery-codes")
    _sign_out(page)

    enter_password(page, name, PASSWORD)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    _shoot(page, "second-step")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Incorrect code")).to_be_visible()
    # Each code works once, so this is the one that the app shows next; clocks may differ by a step.
    page.get_by_label("Code").fill(code_of(secret, later=30))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/")

    _sign_out(page)
    enter_password(page, name, PASSWORD)
    page.get_by_label("Code").fill(codes[3])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/")


def _with_authenticator(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def _add_key(page: Page, name: str, *, passwordless: bool) -> None:
    page.goto("/accounts/2fa/webauthn/add/")
    _confirm(page)
    page.get_by_label("Name", exact=True).fill(name)
    if passwordless:
        page.get_by_label("Sign in without a password").check()
    _shoot(page, "passkey-add")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_a_passkey_replaces_the_password(new_page: MakePage) -> None:
    page = new_page()
    _with_authenticator(page)
    _sign_in(page, "passkey")
    _add_key(page, "My laptop", passwordless=True)
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_role("row", name=re.compile("My laptop"))).to_contain_text("passkey")
    _shoot(page, "passkeys")
    _sign_out(page)
    page.goto("/accounts/login/")
    _shoot(page, "sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/")
    expect(page.locator(".head-end")).to_contain_text("passkey")


def test_a_security_key_is_the_second_step_and_confirms(new_page: MakePage) -> None:
    page = new_page()
    _with_authenticator(page)
    _sign_in(page, "second-key")
    _add_key(page, "Key ring", passwordless=False)
    _sign_out(page)
    enter_password(page, "second-key", PASSWORD)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/")
    page.goto("/accounts/data/")
    page.get_by_role("button", name="Download").click()
    page.get_by_role("link", name="Use a security key").click()
    with page.expect_download():
        page.get_by_role("button", name="Use a passkey").click()


def test_a_passkey_that_is_refused_is_explained(new_page: MakePage) -> None:
    page = new_page()
    page.goto("/accounts/login/")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('refused')); }")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey could not be used")


def _at_provider(page: Page, sub: str) -> None:
    page.wait_for_url("**/oauth2/authorize**")
    query = parse_qs(urlsplit(page.url).query)
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["code_challenge"][0]) >= 43
    page.get_by_role("button", name=re.compile(sub)).first.click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_sign_in_provider(new_page: MakePage, scripts: bool) -> None:
    page = new_page(java_script_enabled=scripts)
    name = f"grace-{scripts}".lower()
    page.goto("/accounts/login/?next=/submissions/")
    page.get_by_role("button", name="Sign in with Example University").click()
    _at_provider(page, "grace")
    if scripts:
        # People choose the name that boards show.
        expect(page.get_by_role("heading", name="Choose your username")).to_be_visible()
        _shoot(page, "provider-sign-up")
        page.get_by_label("Username").fill(name)
        page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/submissions/")

    # The account has no password; having just signed in with the provider is its confirmation.
    page.goto("/accounts/tokens/")
    page.get_by_label("Name", exact=True).fill("mine")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_text("Your new token")).to_be_visible()
    _sign_out(page)


def test_a_provider_does_not_open_the_account_that_has_the_same_address(
    new_page: MakePage, account_site: LiveSite
) -> None:
    """The provider even vouches for the address. Its account could be anybody's who has got hold of it there."""
    page = new_page()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with Example University").click()
    _at_provider(page, "impostor")
    page.get_by_label("Username").fill("impostor")
    page.get_by_role("button", name="Sign up").click()
    page.goto("/submissions/")
    expect(page.get_by_role("heading", name="Sign In")).to_be_visible()
    connected = account_site.manage(
        "shell",
        "--verbosity",
        "0",
        "--command",
        "from allauth.socialaccount.models import SocialAccount\n"
        "print('connected', SocialAccount.objects.filter(user__username='known').count())",
    )
    assert "connected 0" in connected


def test_a_provider_is_connected_and_disconnected(new_page: MakePage) -> None:
    page = new_page()
    _sign_in(page, "known")
    page.goto("/accounts/3rdparty/")
    _shoot(page, "providers")
    page.get_by_role("button", name="Connect Example University").click()
    _at_provider(page, "impostor")
    _confirm(page)
    expect(page.get_by_role("radio")).to_have_count(1)
    _sign_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with Example University").click()
    _at_provider(page, "impostor")
    expect(page.locator(".head-end")).to_contain_text("known")
    page.goto("/accounts/3rdparty/")
    page.get_by_role("radio").check()
    page.get_by_role("button", name="Disconnect").click()
    _confirm(page)
    expect(page.get_by_role("radio")).to_have_count(0)


def test_other_sessions_are_ended(new_page: MakePage) -> None:
    here, there = new_page(), new_page()
    for page in (here, there):
        _sign_in(page, "sessions")
    here.goto("/accounts/sessions/")
    expect(here.locator("tbody tr")).to_have_count(2)
    _shoot(here, "sessions")
    here.get_by_role("button", name="End all other sessions").click()
    expect(here.locator("tbody tr")).to_have_count(1)
    there.goto("/submissions/")
    expect(there.get_by_role("heading", name="Sign In")).to_be_visible()


def test_a_token_is_created_with_a_scope_after_confirming(new_page: MakePage, account_site: LiveSite) -> None:
    page = new_page()
    _sign_in(page, "tokens")
    page.goto("/accounts/tokens/")
    _shoot(page, "tokens")
    page.get_by_label("Name", exact=True).fill("laptop")
    page.get_by_role("checkbox", name=re.compile("^Submit")).uncheck()
    page.get_by_label("Expires after").select_option("30 days")
    page.get_by_role("button", name="Create token").click()
    _shoot(page, "confirm")
    _confirm(page)
    token = page.locator("#token").inner_text()
    _shoot(page, "tokens-new")
    assert account_site.get("submissions/", token)["count"] == 0
    expect(page.get_by_role("row", name=re.compile("laptop"))).to_contain_text("read")
    expect(page.get_by_role("row", name=re.compile("laptop"))).not_to_contain_text("submit")


def test_an_account_is_deleted(new_page: MakePage) -> None:
    page = new_page()
    _sign_in(page, "leaver")
    page.goto("/accounts/")
    _shoot(page, "account")
    page.get_by_role("link", name="Delete the account").click()
    _shoot(page, "delete")
    page.get_by_label("Type your username").fill("leaver")
    page.get_by_role("button", name="Delete my account for good").click()
    _confirm(page)
    expect(page.get_by_text("Your account is deleted")).to_be_visible()
    enter_password(page, "leaver", PASSWORD)
    expect(page.get_by_role("alert")).to_be_visible()


PAGES = (
    "/accounts/",
    "/accounts/confirm/",
    "/accounts/data/",
    "/accounts/delete/",
    "/accounts/mail/",
    "/accounts/tokens/",
    "/accounts/sessions/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/3rdparty/",
    "/accounts/oidc/sso/login/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_of_the_account_are_accessible(new_page: MakePage, scheme: str, width: int) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    page.goto("/accounts/login/")
    assert serious(page) == []
    _shoot(page, f"login-{scheme}-{width}")
    _sign_in(page, "looker")
    page.goto("/accounts/2fa/totp/activate/")
    _confirm(page)
    for path in PAGES:
        page.goto(path)
        assert serious(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        _shoot(page, f"{path.strip('/').replace('/', '-')}-{scheme}-{width}")
