"""Settings, address and view of a bare page: what Django itself costs on this machine.

`startproject`'s middleware and context, one query for 30 papers, one template without tags of
ours. Served by the same server, from the same database, to the same readers.
"""

from typing import Any

from django.urls import path

from webapp.settings import *  # noqa: F403 - a settings module
from webapp.settings import BASE_DIR
from webapp.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [app for app in OURS if not app.startswith("allauth")]
ROOT_URLCONF = "benchmarks.bare"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "benchmarks"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def page(request: Any, day: str) -> Any:
    from django.shortcuts import render

    from webapp.models import Paper

    rows = Paper.objects.defer("search").filter(issue_day=day).order_by("-arxiv_id")[:30]
    return render(request, "bare.html", {"papers": rows, "day": day})


urlpatterns = [path("bare/<str:day>", page)]
