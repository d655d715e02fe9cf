"""What a request meets; here what belongs to no noun: facts for every page, refusals."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def instance(request: HttpRequest) -> dict[str, Any]:
    """Context of every page."""
    return {"version": settings.VERSION, "mail_folder": settings.MAIL_FOLDER}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: mostly a page that was open while one logged in elsewhere."""
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address or a paper that is not here, with a way on."""
    return render(request, "404.html", status=404)
