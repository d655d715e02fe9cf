"""Everything an account holds: to take along, and to delete."""

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from webapp.forms import LeaveForm
from webapp.models import Reader
from webapp.services import takeout as service


@require_safe
@login_required
def takeout(request: HttpRequest) -> HttpResponse:
    """GET /settings/data/ : what there is to take along, and how to leave."""
    return render(request, "takeout/takeout.html")


@require_safe
@login_required
def archive(request: HttpRequest) -> HttpResponseBase:
    """GET /settings/data/archive : everything, as a file."""
    assert isinstance(request.user, Reader)
    if not ratelimit.consume(request, action="archive", user=request.user):
        return render(request, "429.html", status=429)
    now = timezone.now()
    file = service.archive(request.user, now)
    return FileResponse(file, as_attachment=True, filename=f"firstlight-{now:%Y-%m-%d}.zip")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
def leave(request: HttpRequest) -> HttpResponse:
    """GET tells what goes; POST with the account's address deletes it."""
    reader = request.user
    assert isinstance(reader, Reader)
    form = LeaveForm(reader.email, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            service.erase(reader)
        except service.LastOperator:
            why = gettext("You are the only operator here: make another one first.")
            form.add_error(None, why)
        else:
            logout(request)
            messages.success(request, gettext("Your account and everything it held are deleted."))
            return redirect("account_login")
    status = 400 if form.errors else 200
    return render(request, "takeout/leave.html", {"form": form}, status=status)
