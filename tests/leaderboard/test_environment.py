"""A wrong setting stops the start with one sentence that names the setting."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from leaderboard.environment import TREE, Environment, WrongEnvironment, load, secret_key
from leaderboard.providers import provider_apps, social_providers


def test_the_defaults_are_valid_and_strict() -> None:
    environment = load({})
    assert environment.debug is False
    assert environment.broker_url == "filesystem://"
    assert environment.s3_bucket == ""
    assert "localhost" in environment.allowed_hosts


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RATCHET_DEBG", "1"),
        ("RATCHET_DEBUG", "maybe"),
        ("RATCHET_SECRET_KEY", "short"),
        ("RATCHET_PUBLIC_URL", "not a url"),
        ("RATCHET_DATABASE_URL", "mysql://root@db/ratchet"),
        ("RATCHET_BROKER_URL", "kafka://broker"),
        ("RATCHET_CACHE_URL", "memcached://cache"),
        ("RATCHET_EMAIL_URL", "imap://mail"),
        ("RATCHET_LEASE_SECONDS", "0"),
        ("RATCHET_LEASE_SECONDS", "soon"),
        ("RATCHET_HEARTBEAT_SECONDS", "-1"),
        ("RATCHET_WORKER_CONCURRENCY", "1000"),
        ("RATCHET_LOG_LEVEL", "LOUD"),
        ("RATCHET_S3_BUCKET", "Not A Bucket"),
        ("RATCHET_S3_ENDPOINT_URL", "ftp://s3"),
        ("RATCHET_TRUSTED_PROXIES", "-1"),
        ("RATCHET_OIDC_URL", "not a url"),
        ("RATCHET_OIDC_URL", "http://login.example.org"),
        ("RATCHET_OIDC_NAME", "x" * 41),
        ("RATCHET_SANDBOXES", "none"),
        ("RATCHET_SANDBOXES", "namespaces,docker"),
        ("RATCHET_SANDBOXES", ","),
    ],
)
def test_a_wrong_value_is_named_in_one_sentence(name: str, value: str) -> None:
    with pytest.raises(WrongEnvironment) as caught:
        load({name: value})
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["RATCHET_S3_SECRET_ACCESS_KEY", "RATCHET_S3_ACCESS_KEY_ID"])
def test_half_of_the_s3_settings_is_an_error(name: str) -> None:
    with pytest.raises(WrongEnvironment, match="RATCHET_S3_"):
        load({name: "x", "RATCHET_S3_BUCKET": "bucket"})
    with pytest.raises(WrongEnvironment, match="RATCHET_S3_BUCKET is missing"):
        load({"RATCHET_S3_ENDPOINT_URL": "http://s3.example.org"})


WHOLE = {"RATCHET_OIDC_URL": "https://login.example.org/realm/", "RATCHET_OIDC_NAME": "Example University"} | {
    f"RATCHET_{provider}_CLIENT_{part}": "x" for provider in ("OIDC", "ORCID", "GITHUB") for part in ("ID", "SECRET")
}


@pytest.mark.parametrize("missing", sorted(set(WHOLE) - {"RATCHET_OIDC_NAME"}))
def test_half_of_a_sign_in_provider_is_an_error(missing: str) -> None:
    with pytest.raises(WrongEnvironment, match=f"{missing}.* only useful together|only useful together.*{missing}"):
        load({name: value for name, value in WHOLE.items() if name != missing})


def test_without_settings_nobody_signs_in_from_elsewhere() -> None:
    assert social_providers(load({})) == {}
    assert provider_apps(load({})) == []


def test_every_sign_in_provider_uses_pkce() -> None:
    found = social_providers(load(WHOLE))
    assert set(found) == {"openid_connect", "orcid", "github"}
    for options in found.values():
        (app,) = options["APPS"]
        assert app["settings"]["oauth_pkce_enabled"] is True
    (sso,) = found["openid_connect"]["APPS"]
    assert (sso["name"], sso["settings"]["server_url"]) == ("Example University", "https://login.example.org/realm")


def test_the_sign_in_page_offers_all_of_them_and_leads_there(tmp_path: Path) -> None:
    """In a process of its own, because apps are loaded once."""
    code = (
        "import django; django.setup()\n"
        "from django.core.management import call_command; call_command('migrate', verbosity=0)\n"
        "from django.test import Client; client = Client(SERVER_NAME='localhost')\n"
        "page = client.get('/accounts/login/').content.decode()\n"
        "print([name in page for name in ('Example University', 'ORCID', 'GitHub')])\n"
        "for name in ('orcid', 'github'):\n"
        "    left = client.post(f'/accounts/{name}/login/')\n"
        "    print(left.status_code, 'code_challenge_method=S256' in left.content.decode())\n"
        "down = client.post('/accounts/oidc/sso/login/')\n"
        "print(down.status_code, 'Sign-in failed' in down.content.decode())\n"
        "print(client.post('/accounts/oidc/other/login/').status_code)\n"
    )
    variables = WHOLE | {
        "RATCHET_DATA_DIR": str(tmp_path),
        # Nothing answers there.
        "RATCHET_OIDC_URL": "http://localhost:9",
        "RATCHET_DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "leaderboard.settings",
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RATCHET_")}
    done = subprocess.run([sys.executable, "-c", code], cwd=TREE, env=clean | variables, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["[True, True, True]", "200 True", "200 True", "502 True", "404"], done.stderr


def test_a_wrong_value_is_not_repeated() -> None:
    with pytest.raises(WrongEnvironment) as caught:
        load({"RATCHET_BROKER_URL": "amqpp://user:hunter2@host"})
    assert "hunter2" not in str(caught.value)


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load({"RATCHET_LEASE_SECONDS": "", "RATCHET_DEBUG": ""}) == load({})


def test_an_old_name_of_a_variable_still_works() -> None:
    assert load({"RATCHET_REAPER_SECONDS": "2"}) == load({"RATCHET_HEARTBEAT_SECONDS": "2"})
    assert load({"RATCHET_REAPER_SECONDS": "", "RATCHET_HEARTBEAT_SECONDS": "2"}).heartbeat_seconds == 2
    with pytest.raises(WrongEnvironment, match="RATCHET_REAPER_SECONDS is the old name of RATCHET_HEARTBEAT_SECONDS"):
        load({"RATCHET_REAPER_SECONDS": "2", "RATCHET_HEARTBEAT_SECONDS": "3"})


def test_the_public_address_is_an_allowed_host(tmp_path: Path) -> None:
    variables = {"RATCHET_DATA_DIR": str(tmp_path), "RATCHET_PUBLIC_URL": "https://ratchet.example.org/"}
    code = "from leaderboard import settings as s; print(s.ALLOWED_HOSTS[-1], s.PUBLIC_URL, s.SESSION_COOKIE_SECURE)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=TREE,
        env={"PATH": os.environ["PATH"]} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["ratchet.example.org", "https://ratchet.example.org", "True"], done.stderr


def test_other_variables_are_left_alone() -> None:
    assert load({"PATH": "/bin", "RATCHETS": "1", "RATCHET_DATASETS": "/x"}) == load({})


def test_lists_and_urls_are_read() -> None:
    environment = load({"RATCHET_ALLOWED_HOSTS": "a.org, b.org ,", "RATCHET_BROKER_URL": "redis://r:6379/0"})
    assert environment.allowed_hosts == ["a.org", "b.org"]
    assert environment.redis_cache_url == "redis://r:6379/0"
    assert load({"RATCHET_BROKER_URL": "amqp://r"}).redis_cache_url == ""


def test_the_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    environment = Environment(data_dir=tmp_path / "new")
    key = secret_key(environment)
    path = tmp_path / "new" / "secret_key"
    assert len(key) >= 50
    assert secret_key(environment) == key == path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in path.parent.iterdir()] == ["secret_key"]


def test_the_start_ends_with_the_sentence_and_no_traceback(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "RATCHET_DATA_DIR": str(tmp_path), "RATCHET_DEBUGGING": "1"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=TREE, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("RATCHET_DEBUGGING is not a setting")
    assert "Traceback" not in done.stderr
