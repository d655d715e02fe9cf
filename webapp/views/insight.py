"""What a reader's ranking is worth."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def insight(request: HttpRequest) -> HttpResponse:
    return redirect("feed")


def day_map(request: HttpRequest) -> HttpResponse:
    return redirect("feed")
