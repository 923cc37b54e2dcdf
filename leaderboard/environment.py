"""Everything that differs between two installations, read once from ``RATCHET_*`` variables and checked.

A misspelt variable or a wrong value stops the start with one sentence that names it. If it were silently ignored, the
mistake would only be noticed in production.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AnyHttpUrl, BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

TREE = Path(__file__).resolve().parent.parent
PREFIX = "RATCHET_"

DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql")
BROKER_SCHEMES = ("filesystem", "memory", "redis", "rediss", "amqp", "amqps")
ELSEWHERE = frozenset({"RATCHET_DATASETS", "RATCHET_PARITY_DIR", "RATCHET_REAL_DIR"})
"""Variables for the command line and the tests; they may also be set in a shell that starts the site."""

RENAMED = {"RATCHET_REAPER_SECONDS": "RATCHET_HEARTBEAT_SECONDS"}
"""Old name of a variable → its current name; the old name still works."""

CACHE_SCHEMES = ("redis", "rediss")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
EMAIL_SCHEMES = ("console", "smtp", "smtps", "smtp+tls")


class WrongEnvironment(Exception):
    """A variable is wrong; the text is one sentence for the operator."""


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Environment(BaseSettings):
    """The operator's settings. The variable of a field is ``RATCHET_`` and the field's name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    debug: bool = False
    secret_key: SecretStr | None = Field(default=None, min_length=32)
    data_dir: Path = TREE / "var"

    public_url: AnyHttpUrl = AnyHttpUrl("http://localhost:8000")
    allowed_hosts: Annotated[list[str], NoDecode, BeforeValidator(_split)] = ["localhost", "127.0.0.1", "[::1]"]
    trusted_proxies: int = Field(default=0, ge=0, le=10)

    database_url: str = ""
    broker_url: str = "filesystem://"
    cache_url: str = ""

    s3_bucket: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$")
    s3_endpoint_url: AnyHttpUrl | None = None
    s3_public_endpoint_url: AnyHttpUrl | None = None
    s3_region: str = "us-east-1"
    s3_access_key_id: str = ""
    s3_secret_access_key: SecretStr = SecretStr("")

    email_url: SecretStr = SecretStr("console://")
    security_contact: str = Field(default="", pattern=r"^((mailto:|https://)[!-~]+)?$")

    email_from: str = "Ratchet <ratchet@localhost>"

    oidc_url: AnyHttpUrl | None = None
    oidc_name: str = Field(default="single sign-on", min_length=1, max_length=40)
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    orcid_client_id: str = ""
    orcid_client_secret: SecretStr = SecretStr("")
    github_client_id: str = ""
    github_client_secret: SecretStr = SecretStr("")

    worker_concurrency: int = Field(default=2, ge=1, le=64)
    sandboxes: Annotated[list[Literal["namespaces", "landlock"]], NoDecode, BeforeValidator(_split)] = Field(
        default=["namespaces", "landlock"], min_length=1
    )
    lease_seconds: int = Field(default=30, ge=1, le=3600)
    heartbeat_seconds: float = Field(default=5, ge=0.1, le=600)
    stop_seconds: float = Field(default=10, ge=0, le=3600)

    organizers: Literal["everyone", "approved"] = "everyone"
    web_processes: int = Field(default=0, ge=0, le=64)

    organizer_upload_mib: int = Field(default=512, ge=1, le=1024 * 1024)
    account_storage_mib: int = Field(default=10 * 1024, ge=1, le=1024 * 1024 * 1024)
    datasets_mib: int = Field(default=50 * 1024, ge=1, le=1024 * 1024 * 1024)
    disk_reserve_mib: int = Field(default=1024, ge=0, le=1024 * 1024)

    digest_minutes: int = Field(default=60, ge=1, le=7 * 24 * 60)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: str) -> str:
        return url and _with_scheme(url, DATABASE_SCHEMES)

    @field_validator("broker_url")
    @classmethod
    def _broker(cls, url: str) -> str:
        return _with_scheme(url, BROKER_SCHEMES)

    @field_validator("cache_url")
    @classmethod
    def _cache(cls, url: str) -> str:
        return url and _with_scheme(url, CACHE_SCHEMES)

    @field_validator("email_url")
    @classmethod
    def _email(cls, url: SecretStr) -> SecretStr:
        _with_scheme(url.get_secret_value(), EMAIL_SCHEMES)
        return url

    @model_validator(mode="after")
    def _s3_is_whole(self) -> Self:
        given = [self.s3_endpoint_url, self.s3_public_endpoint_url, self.s3_access_key_id]
        if any(given) and not self.s3_bucket:
            raise ValueError("RATCHET_S3_BUCKET is missing, though other RATCHET_S3_* variables are set")
        if bool(self.s3_access_key_id) != bool(self.s3_secret_access_key.get_secret_value()):
            raise ValueError("RATCHET_S3_ACCESS_KEY_ID and RATCHET_S3_SECRET_ACCESS_KEY are only useful together")
        return self

    @model_validator(mode="after")
    def _providers_are_whole(self) -> Self:
        for name, client, secret in (
            ("OIDC", self.oidc_client_id, self.oidc_client_secret),
            ("ORCID", self.orcid_client_id, self.orcid_client_secret),
            ("GITHUB", self.github_client_id, self.github_client_secret),
        ):
            if bool(client) != bool(secret.get_secret_value()):
                raise ValueError(f"RATCHET_{name}_CLIENT_ID and RATCHET_{name}_CLIENT_SECRET are only useful together")
        if bool(self.oidc_url) != bool(self.oidc_client_id):
            raise ValueError("RATCHET_OIDC_URL and RATCHET_OIDC_CLIENT_ID are only useful together")
        return self

    @field_validator("oidc_url")
    @classmethod
    def _oidc(cls, url: AnyHttpUrl | None) -> AnyHttpUrl | None:
        # Without TLS anyone on the way could say who signs in.
        if url is not None and url.scheme != "https" and url.host not in LOCAL_HOSTS:
            raise ValueError("it must start with https:")
        return url

    @property
    def is_local(self) -> bool:
        """Whether the site is for this machine only; browsers then do without TLS."""
        return self.public_url.host in LOCAL_HOSTS

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use only what ``load`` passes: a stray ``.env`` or secrets folder must not change an installation."""
        return (init_settings,)

    @property
    def web_process_count(self) -> int:
        """The processes of one web server: as many as are set, else two if they can count the rate limits together."""
        return self.web_processes or (2 if self.redis_cache_url else 1)

    @property
    def redis_cache_url(self) -> str:
        """The Redis for counters that web processes share: the configured one, or the broker if that is Redis."""
        return self.cache_url or (self.broker_url if self.broker_url.startswith(CACHE_SCHEMES) else "")


def _with_scheme(url: str, schemes: tuple[str, ...]) -> str:
    if not re.match(rf"^(?:{'|'.join(map(re.escape, schemes))}):", url):
        raise ValueError(f"it must start with {', '.join(f'{scheme}:' for scheme in schemes[:-1])} or {schemes[-1]}:")
    return url


def _renamed(given: dict[str, str]) -> dict[str, str]:
    """The variables under their current names."""
    for old, new in RENAMED.items():
        if given.get(old) and given.get(new):
            raise WrongEnvironment(f"{old} is the old name of {new}; set only {new}.")
        if old in given:
            value = given.pop(old)
            given[new] = value or given.get(new, "")
    return given


def load(environ: Mapping[str, str] = os.environ) -> Environment:
    """The checked environment.

    Raises:
        WrongEnvironment: a variable is unknown or its value is wrong.
    """
    given = _renamed(
        {name: value for name, value in environ.items() if name.startswith(PREFIX) and name not in ELSEWHERE}
    )
    known = {PREFIX + field.upper(): field for field in Environment.model_fields}
    for name in sorted(given):
        if name not in known:
            raise WrongEnvironment(f"{name} is not a setting of Ratchet; there are {', '.join(sorted(known))}.")
    try:
        return Environment(**{known[name]: value for name, value in given.items() if value != ""})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        what = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:
            raise WrongEnvironment(f"{what}.") from error
        # The value is not repeated: it may be a password.
        raise WrongEnvironment(f"{PREFIX}{str(first['loc'][0]).upper()} has a wrong value: {what}.") from error


def secret_key(environment: Environment) -> str:
    """The configured key, or one that is created at the first start and kept in the data folder."""
    if environment.secret_key is not None:
        return environment.secret_key.get_secret_value()
    path = environment.data_dir / "secret_key"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".secret_key-{os.getpid()}-{secrets.token_hex(4)}")
    if not path.exists():
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            # Web and worker may start at the same moment: link() lets only one of them win.
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text()
