"""Every setting of an instance, read once from the environment; README.md has the table.

A value that makes no sense stops the start with a sentence. Nothing is started here:
this module only learns addresses.
"""

import logging
import os
import re
import secrets
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from webapp import embedded
from webapp.arxiv import identifiers

BASE_DIR = Path(__file__).resolve().parent.parent


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def boolean(name: str, *, default: bool = False) -> bool:
    value = text(name).lower()
    known = {"": default, "1": True, "true": True, "yes": True, "on": True}
    known |= {"0": False, "false": False, "no": False, "off": False}
    if value not in known:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
    return known[value]


def number(name: str, default: int, low: int, high: int) -> int:
    value = text(name, str(default))
    if not re.fullmatch(r"\d{1,9}", value) or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a number from {low} to {high}, not {value!r}.")
    return int(value)


def released_version() -> str:
    """The version is written once, in the changelog."""
    changelog = (BASE_DIR / "CHANGELOG.md").read_text()
    match = re.search(r"^## v?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    if match is None:
        raise ImproperlyConfigured("CHANGELOG.md has no line such as '## 0.1.0'.")
    return match[1]


def secret_key() -> str:
    if key := text("SECRET_KEY"):
        return key
    try:
        return (HOME / "secret_key").read_text().strip()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {HOME} cannot be used: {error.strerror}."
        ) from error
    if text("DATABASE_URL"):
        raise ImproperlyConfigured("Set SECRET_KEY to a long random text; keep it the same.")
    return secrets.token_urlsafe(50)  # no instance yet: `manage.py up` writes the file


VERSION = released_version()
HOME = Path(text("FIRSTLIGHT_HOME", str(BASE_DIR / "var"))).absolute()
EMBEDDED_DATABASE = not text("DATABASE_URL")
EMBEDDED_BROKER = not text("BROKER_URL")
# The demo belongs to the instance that was started with nothing configured.
DEMO = EMBEDDED_DATABASE and EMBEDDED_BROKER

SECRET_KEY = secret_key()
DEBUG = boolean("DEBUG")
PUBLIC_URL = text("PUBLIC_URL").rstrip("/")
# What letters point to.
ADDRESS = PUBLIC_URL or f"http://127.0.0.1:{number('PORT', 8000, 1, 65535)}"
_public = urlsplit(PUBLIC_URL)
if PUBLIC_URL and (_public.scheme not in {"http", "https"} or not _public.hostname):
    raise ImproperlyConfigured(
        f"PUBLIC_URL must look like https://papers.example.org, not {PUBLIC_URL!r}."
    )
_https = _public.scheme == "https"
ALLOWED_HOSTS = [h for h in text("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if h]
if _public.hostname:
    ALLOWED_HOSTS.append(_public.hostname)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
CSRF_FAILURE_VIEW = "webapp.views.csrf_failure"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",  # its templates, where ours don't replace them
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "webapp",
]
# A proxy packs what it passes on; without one pages and files are packed here, to a fifth.
_packed = [] if boolean("BEHIND_PROXY") else ["django.middleware.gzip.GZipMiddleware"]
MIDDLEWARE = [
    *_packed,
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "webapp.views.only_utf8",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "webapp.views.in_the_readers_time",
    "webapp.views.drafts.kept_for_the_login",
    "webapp.views.never_blank",
]
ROOT_URLCONF = "webapp.urls"
WSGI_APPLICATION = "webapp.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "webapp" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "webapp.views.instance",
            ],
            "builtins": ["django.templatetags.i18n"],
        },
    },
]

# --- the record ------------------------------------------------------------------
_database_url = text("DATABASE_URL", embedded.database_url(HOME))
if not re.match(r"(postgres|postgresql|pgsql)://", _database_url):
    raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://; no other database.")
DATABASES = {
    "default": dj_database_url.parse(
        _database_url,
        conn_max_age=600,
        conn_health_checks=True,
    )
}
# What every page asks is planned once a connection; planning took as long as finding the rows.
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 5}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A table, so that login limits count over all processes and survive a restart.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "TIMEOUT": 3600,
    }
}

# --- the bell --------------------------------------------------------------------
BROKER_URL = text("BROKER_URL", embedded.broker_url(HOME))
if not re.match(r"(redis|rediss|redis\+socket|amqp|amqps)://", BROKER_URL):
    raise ImproperlyConfigured("BROKER_URL must begin with redis://, rediss:// or amqp://.")

# --- the harvest -----------------------------------------------------------------
# Base addresses, so that an instance can point at a mirror.
ARXIV_RSS_URL = text("ARXIV_RSS_URL", "https://rss.arxiv.org").rstrip("/")
ARXIV_LIST_URL = text("ARXIV_LIST_URL", "https://arxiv.org").rstrip("/")
ARXIV_OAI_URL = text("ARXIV_OAI_URL", "https://oaipmh.arxiv.org/oai")
ARXIV_API_URL = text("ARXIV_API_URL", "https://export.arxiv.org/api/query")
DAILY_PAPERS_URL = text("DAILY_PAPERS_URL", "https://huggingface.co/api/daily_papers")
BIORXIV_URL = text("BIORXIV_URL", "https://api.biorxiv.org").rstrip("/")


def categories(name: str, example: str, *, of_arxiv: bool) -> list[str]:
    try:
        found = identifiers.categories(text(name))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}.") from error
    for code in found:
        if bool(identifiers.ELSEWHERE.fullmatch(code)) == of_arxiv:
            raise ImproperlyConfigured(f"{name}: {code!r} is not such as {example}.")
    return found


# The arXiv categories to follow. None: papers come from files only.
ARXIV_SUBJECTS = categories("ARXIV_SUBJECTS", "cs.LG or math", of_arxiv=True)
# Of bioRxiv and medRxiv: a category, or a server as a whole.
BIORXIV_SUBJECTS = categories("BIORXIV_SUBJECTS", "biorxiv.cell-biology or medrxiv", of_arxiv=False)
# Public upvotes of Hugging Face's daily papers.
DAILY_PAPERS = boolean("DAILY_PAPERS")
# The format of the nightly harvest: it decides between names apart and all versions.
ARXIV_OAI_PREFIX = text("ARXIV_OAI_PREFIX", "arXiv")
if ARXIV_OAI_PREFIX not in {"arXiv", "arXivRaw", "oai_dc"}:
    raise ImproperlyConfigured("ARXIV_OAI_PREFIX must be arXiv, arXivRaw or oai_dc.")
OPERATOR_EMAIL = text("OPERATOR_EMAIL")
_asks = ARXIV_SUBJECTS or BIORXIV_SUBJECTS or DAILY_PAPERS
if _asks and not DEMO and not OPERATOR_EMAIL:
    raise ImproperlyConfigured("Set OPERATOR_EMAIL: those who are asked must be able to reach you.")
USER_AGENT = f"Firstlight/{VERSION} ({PUBLIC_URL or 'personal instance'}; {OPERATOR_EMAIL})"

# --- accounts --------------------------------------------------------------------
AUTH_USER_MODEL = "webapp.Reader"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_SIGNUP_REDIRECT_URL = "/welcome/"
# Who carries mail: smtp, file, console, or a provider by its name in django-anymail.
PROVIDERS = {
    *("amazon_ses", "brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill"),
    *("postal", "postmark", "resend", "sendgrid", "sparkpost", "unisender_go"),
}
EMAIL_PROVIDER = text("EMAIL_PROVIDER", "smtp" if text("EMAIL_HOST") else "file")
if EMAIL_PROVIDER not in PROVIDERS | {"smtp", "file", "console"}:
    known = ", ".join(["smtp", "file", "console", *sorted(PROVIDERS)])
    raise ImproperlyConfigured(f"EMAIL_PROVIDER must be one of {known}; not {EMAIL_PROVIDER!r}.")
MAIL_FOLDER = HOME / "mail" if EMAIL_PROVIDER == "file" else None
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
# Without a mail server only the operator could read the link, so nobody is locked out by it.
ACCOUNT_EMAIL_VERIFICATION = "optional" if MAIL_FOLDER else "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
# Beside allauth's own.
ACCOUNT_RATE_LIMITS = {"subscribe": "20/h/ip,5/h/key", "draft": "60/h/ip", "archive": "20/h/user"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Firstlight] "
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _https else "http"
# Without a mail server hardly anybody can confirm an address, and a key protects all the same.
MFA_ALLOW_UNVERIFIED_EMAIL = MAIL_FOLDER is not None
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _https
MFA_TOTP_ISSUER = "Firstlight"

# --- mail ------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = text("EMAIL_FROM", "Firstlight <firstlight@localhost>")
EMAIL_HOST = text("EMAIL_HOST", "localhost")
EMAIL_PORT = number("EMAIL_PORT", 587, 1, 65535)
EMAIL_HOST_USER = text("EMAIL_USER")
EMAIL_HOST_PASSWORD = text("EMAIL_PASSWORD")
EMAIL_USE_TLS = boolean("EMAIL_TLS", default=True)
EMAIL_TIMEOUT = number("EMAIL_TIMEOUT", 20, 1, 60)
EMAIL_RATE = number("EMAIL_RATE", 10, 0, 1_000)  # letters a second at most; 0: no limit
EMAIL_FILE_PATH = MAIL_FOLDER
EMAIL_BACKEND = {
    "file": "django.core.mail.backends.filebased.EmailBackend",
    "console": "django.core.mail.backends.console.EmailBackend",
    "smtp": "webapp.mail.smtp.EmailBackend",
}.get(EMAIL_PROVIDER, "webapp.mail.provider.EmailBackend")
# A provider's keys by django-anymail's names, such as ANYMAIL_POSTMARK_SERVER_TOKEN.
ANYMAIL: dict[str, object] = {
    name.removeprefix("ANYMAIL_"): text(name) for name in os.environ if name.startswith("ANYMAIL_")
}
ANYMAIL["REQUESTS_TIMEOUT"] = EMAIL_TIMEOUT
if EMAIL_PROVIDER in PROVIDERS:
    # It tells of bounces over the network, so it has to say who it is.
    if not re.fullmatch(r"[^:]+:[^:]{16,}", str(ANYMAIL.get("WEBHOOK_SECRET", ""))):
        raise ImproperlyConfigured(
            "Set ANYMAIL_WEBHOOK_SECRET to user:password, the password of 16 characters or more."
        )
    INSTALLED_APPS.append("anymail")

# --- pages -----------------------------------------------------------------------
# One language for a whole instance: letters, feeds and kept pieces of pages have no browser to ask.
LANGUAGE_CODE = text("LANGUAGE_CODE", "en")
_catalogs = {path.parts[-3].replace("_", "-") for path in BASE_DIR.glob("webapp/locale/*/*/*.mo")}
if LANGUAGE_CODE not in {"en", *(name.lower() for name in _catalogs)}:
    raise ImproperlyConfigured(
        f"LANGUAGE_CODE: there is no translation into {LANGUAGE_CODE!r} yet."
    )
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "webapp" / "locale"]  # before what a library calls the same
USE_TZ = True
TIME_ZONE = "UTC"
# Of readers who have not chosen one; visitors get UTC.
DEFAULT_TIME_ZONE = text("DEFAULT_TIME_ZONE", "UTC")
if DEFAULT_TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(
        f"DEFAULT_TIME_ZONE must be a name such as Europe/Berlin, not {DEFAULT_TIME_ZONE!r}."
    )
# The version in the address is the cache key, so no file has to be collected or renamed.
STATIC_URL = f"/static/{VERSION}/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 0 if DEBUG else 86_400
PAPERS_PER_PAGE = 30
# Of a day's leading 50 places, for papers from outside a reader's habit.
EXPLORATION_PERCENT = number("EXPLORATION_PERCENT", 10, 0, 50)
# Whether rankers are compared in turns for readers who agreed, where the operator plans nothing.
COMPARISONS = boolean("COMPARISONS", default=True)
# A sentence encoder beside the words, for workers that have requirements-encoder.txt: a package
# that carries a model, a folder, or module:Class of one's own. None: words alone.
ENCODER = text("ENCODER")
if len(ENCODER) > 200:
    raise ImproperlyConfigured("ENCODER must be a name or a path of at most 200 characters.")

# --- safety ----------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "worker-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True
if boolean("BEHIND_PROXY"):
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # login limits count the visitor's address, not the proxy's
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


SECRETS = re.compile(
    r"(/(?:feeds|mail|confirm|subscriptions|unsubscribe|confirm-email|reset/key)/)[^\s/.]+"
)


def without_secrets(record: logging.LogRecord) -> bool:
    """Every line, but without the part of an address that lets in whoever knows it."""
    said = record.getMessage()
    record.msg, record.args = SECRETS.sub(r"\1…", said), ()
    return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"secrets": {"()": "django.utils.log.CallbackFilter", "callback": without_secrets}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["secrets"],
        }
    },
    "root": {"handlers": ["stderr"], "level": text("LOG_LEVEL", "INFO")},
}
