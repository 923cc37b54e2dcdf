"""Django's settings. Those that an operator may change are in ``environment``; no other setting depends on the host."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF

from evaluators.submissions import MAX_FILES
from leaderboard.datafolder import close_data_folder
from leaderboard.environment import TREE, WrongEnvironment, load, secret_key
from leaderboard.logs import logging_settings
from leaderboard.providers import provider_apps, social_providers

try:
    ENVIRONMENT = load()
    DATA_DIR = ENVIRONMENT.data_dir.resolve()
    close_data_folder(DATA_DIR)
except WrongEnvironment as error:
    # A traceback would hide the one sentence that the operator needs.
    raise SystemExit(str(error)) from None

DEBUG = ENVIRONMENT.debug
SECRET_KEY = secret_key(ENVIRONMENT)
PUBLIC_URL = str(ENVIRONMENT.public_url).rstrip("/")
# Makes the path of the page that a notice is about.
PAGE_PATH = "frontend.addresses.page_path"
HTTPS = ENVIRONMENT.public_url.scheme == "https"
ALLOWED_HOSTS = [*ENVIRONMENT.allowed_hosts, str(ENVIRONMENT.public_url.host)]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    # Before allauth, so that our templates replace its own.
    "frontend",
    "leaderboard",
    "challenges",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    *provider_apps(ENVIRONMENT),
    "django_htmx",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # These add headers, also to the answers of what follows.
    "leaderboard.web.headers.keep_to_itself",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "leaderboard.web.middleware.refuse_unreadable",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "leaderboard.accounts.sessions.remember_session",
    "leaderboard.accounts.confirming.ConfirmAccess",
    "frontend.views.leaving.LeaveForProvider",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "leaderboard.urls"
WSGI_APPLICATION = "leaderboard.wsgi.application"
AUTH_USER_MODEL = "leaderboard.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- database ---------------------------------------------------------------------------------------------------------

_SQLITE_OPTIONS: dict[str, Any] = {
    "timeout": 30,
    # A transaction that reads first and writes later would fail at once if another writer came in between.
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}
_database: dict[str, Any] = dict(
    dj_database_url.parse(ENVIRONMENT.database_url or f"sqlite:///{DATA_DIR / 'db.sqlite3'}", conn_max_age=60)
)
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = _SQLITE_OPTIONS
    _database["CONN_MAX_AGE"] = 0
else:
    _database["CONN_HEALTH_CHECKS"] = True
    _database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DATABASES = {"default": _database}

# --- caches: counters of limits, nothing else that must last ----------------------------------------------------------

MAX_COUNTERS = 100_000
CACHES: dict[str, dict[str, Any]] = {
    # Of attempts to sign in and the like, which are rare. In the database they are the same for all processes and
    # hosts, outlive a restart, and nobody can push them out by making others.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "leaderboard_counter",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    },
    # Of requests to the API, one for each account or network address; a lost one allows a minute's requests again.
    "requests": {
        "BACKEND": "leaderboard.web.cache.FallbackRedisCache",
        "LOCATION": ENVIRONMENT.redis_cache_url,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
    if ENVIRONMENT.redis_cache_url
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": MAX_COUNTERS}},
}

# --- queue ------------------------------------------------------------------------------------------------------------

QUEUE_DIR = DATA_DIR / "queue"
CELERY_BROKER_URL = ENVIRONMENT.broker_url
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Workers are notified inside a request, which must not wait long for a broker. The recovery notifies them again.
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "evaluations"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_POOL = "threads"
# One is enough for messages, which only wake the slots of the worker, see ``leaderboard.worker.slots``.
CELERY_WORKER_CONCURRENCY = 1
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {}
if ENVIRONMENT.broker_url.startswith("filesystem:"):
    (QUEUE_DIR / "messages").mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "control_folder": str(QUEUE_DIR / "control"),
        # With the default of one second, a submission to an idle site would wait up to a second.
        "polling_interval": 0.05,
    }
elif ENVIRONMENT.broker_url.startswith(("redis:", "rediss:")):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5}

LEASE = timedelta(seconds=ENVIRONMENT.lease_seconds)
HEARTBEAT_SECONDS = ENVIRONMENT.heartbeat_seconds

# --- object store -----------------------------------------------------------------------------------------------------

OBJECTS_DIR = DATA_DIR / "objects"
DATASETS_DIR = DATA_DIR / "datasets"
SCRATCH_DIR = DATA_DIR / "scratch"
CACHE_DIR = DATA_DIR / "cache"
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "incoming"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)

# --- e-mail -----------------------------------------------------------------------------------------------------------

_mail = urlsplit(ENVIRONMENT.email_url.get_secret_value())
EMAIL_BACKEND = (
    "leaderboard.notifications.console.EmailBackend"
    if _mail.scheme == "console"
    else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or {"smtps": 465, "smtp+tls": 587}.get(_mail.scheme, 25)
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.email_from

# --- accounts ---------------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "leaderboard.accounts.passwords.TokensEnd"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Ratchet: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# Names that differ only in case could be mistaken for each other.
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_USERNAME_VALIDATORS = "leaderboard.teams.accounts.USERNAME_VALIDATORS"
ACCOUNT_FORMS = {
    "reset_password": "leaderboard.accounts.addresses.ForgottenPassword",
    "reset_password_from_key": "leaderboard.accounts.addresses.NewPassword",
    "signup": "leaderboard.accounts.signing_up.SignupForm",
}
ACCOUNT_USERNAME_BLACKLIST = [
    *("admin", "admins", "administrator", "administrators", "anonymous", "baseline", "baselines", "hostmaster"),
    *("moderator", "moderators", "nobody", "operator", "postmaster", "ratchet", "root", "security", "staff", "support"),
    *("system", "webmaster"),
]
ACCOUNT_SESSION_REMEMBER = True
# The link in the e-mail lets in who was locked out because somebody else guesses passwords.
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_ADAPTER = "leaderboard.accounts.adapters.AccountAdapter"
# The owner hears of every change of password, addresses, second factors and sign-in providers.
ACCOUNT_EMAIL_NOTIFICATIONS = True
# A session alone, which may be stolen, changes none of them: see ``leaderboard.accounts.confirming``.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ALLAUTH_TRUSTED_PROXY_COUNT = ENVIRONMENT.trusted_proxies

MFA_ADAPTER = "leaderboard.accounts.adapters.SecondFactors"
MFA_FORMS = {
    "add_webauthn": "leaderboard.accounts.forms.AddPasskey",
    "authenticate_webauthn": "leaderboard.accounts.forms.SecondStep",
    "login_webauthn": "leaderboard.accounts.forms.PasskeyLogin",
    "reauthenticate_webauthn": "leaderboard.accounts.forms.PasskeyConfirmation",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Ratchet"
# One step of 30 seconds earlier or later: clocks of phones differ.
MFA_TOTP_TOLERANCE = 1
# Browsers themselves allow passkeys without TLS only on localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = ENVIRONMENT.is_local and not HTTPS

SOCIALACCOUNT_PROVIDERS = social_providers(ENVIRONMENT)
SOCIALACCOUNT_ADAPTER = "leaderboard.accounts.adapters.ProviderAdapter"
SOCIALACCOUNT_FORMS = {
    "disconnect": "leaderboard.accounts.forms.Disconnect",
    "signup": "leaderboard.accounts.signing_up.ProviderSignupForm",
}
# An address that a provider vouches for opens no account that exists: its owner connects the provider on purpose.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
# Boards show usernames, so people choose theirs.
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5

# --- safety -----------------------------------------------------------------------------------------------------------

SESSION_COOKIE_HTTPONLY = True
if HTTPS:
    # With this prefix browsers take them from this very host over TLS only, so no neighbour under the same domain can
    # plant one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURITY_CONTACT = ENVIRONMENT.security_contact
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = False  # the proxy that terminates TLS does that
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False  # we cannot decide for other sites under the same domain
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.trusted_proxies else None
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

FILE_UPLOAD_HANDLERS = [
    "leaderboard.web.uploadguard.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# Whether staff approve who may start challenges, see ``challenges.members.organizers``.
ORGANIZERS_ARE_APPROVED = ENVIRONMENT.organizers == "approved"
ORGANIZER_UPLOAD_BYTES = ENVIRONMENT.organizer_upload_mib * 1024 * 1024
ACCOUNT_STORAGE_BYTES = ENVIRONMENT.account_storage_mib * 1024 * 1024
DATASETS_BYTES = ENVIRONMENT.datasets_mib * 1024 * 1024
DISK_RESERVE_BYTES = ENVIRONMENT.disk_reserve_mib * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = MAX_FILES

# --- static files -----------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = TREE / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # For everyone, unlike all other files: in an image they are written by root and read by another account.
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}

# --- API --------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "leaderboard.api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.MultiPartParser"],
    "DEFAULT_PAGINATION_CLASS": "leaderboard.api.pagination.Pages",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "leaderboard.api.negotiation.AnyForm",
    "DEFAULT_SCHEMA_CLASS": "leaderboard.api.schema.Schema",
    "DEFAULT_THROTTLE_CLASSES": [
        "leaderboard.api.throttling.AnonymousThrottle",
        "leaderboard.api.throttling.AccountThrottle",
    ],
    # Reading is cheap; submissions and checks are parsed in the web process, so they have a rate of their own.
    "DEFAULT_THROTTLE_RATES": {
        "anonymous": "600/min",
        "account": "1200/min",
        "upload": "120/min",
        "bundle": "20/min",
        "link": "60/min",
        "wrong_token": "30/min",
    },
    "EXCEPTION_HANDLER": "leaderboard.api.problems.exception_handler",
    "NUM_PROXIES": ENVIRONMENT.trusted_proxies,
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "multipart",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Ratchet",
    "DESCRIPTION": "Challenges, submissions and leaderboards. Errors are problem details (RFC 9457).",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "EvaluationStatus": "leaderboard.models.statuses.Status",
        "ChallengeStatus": "challenges.models.challenge.ChallengeStatus",
        "ModelName": "leaderboard.api.specifications.model_choices",
        "MetricName": "leaderboard.api.specifications.metric_choices",
    },
}

# --- logging: one line per event --------------------------------------------------------------------------------------

LOGGING = logging_settings(ENVIRONMENT.log_level)
