"""Comments below a paper, and one's own name above them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from webapp.forms import CommentForm, NameForm, ReasonForm
from webapp.models import Comment, Paper, Reader
from webapp.queries import papers
from webapp.queries.social import comments as known
from webapp.services.social import comments as service
from webapp.services.social.upvotes import choose_name
from webapp.views.readers import back_of, by_reader, log_in_first, say


@require_http_methods(["GET", "HEAD", "POST"])
def discussion(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    """GET: what was said; POST body=..."""
    paper = get_object_or_404(papers.SHOWN, arxiv_id=arxiv_id)
    if request.method != "POST":
        return _page(request, paper, CommentForm())
    if not isinstance(request.user, Reader):
        return log_in_first(request)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _page(request, paper, form, 400)
    try:
        row = service.write(request.user, paper, form.cleaned_data["body"], timezone.now())
    except service.Refused as refused:
        form.add_error("body", str(refused))
        return _page(request, paper, form, 429)
    return redirect(_address(row))


def _page(request: HttpRequest, paper: Paper, form: CommentForm, status: int = 200) -> HttpResponse:
    after = request.GET.get("after", "")
    key = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    found = known.discussion(paper, key)
    shown = found[: known.SHOWN]
    context: dict[str, Any] = {
        "paper": paper,
        "comments": shown,
        "more": shown[-1].pk if len(found) > len(shown) else None,
        "is_first": not key,
        "form": form,
        "limits": (service.AN_HOUR, service.A_DAY),
        "editable_since": timezone.now() - service.EDITABLE,
    }
    if isinstance(request.user, Reader):
        context["claim"] = known.claim_of(request.user, paper)
    return render(request, "social/discussion.html", context, status=status)


def _address(comment: Comment) -> str:
    """Where a comment stands, with what was said before it, also when that is much."""
    page, after = reverse("discussion", args=[comment.paper.arxiv_id]), known.before(comment)
    return f"{page}{f'?after={after}' if after else ''}#comment-{comment.pk}"


def _own(request: HttpRequest, pk: int) -> Comment:
    """One's own comment; those of others are not here."""
    return get_object_or_404(known.standing(), pk=pk, reader=request.user)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    comment = _own(request, pk)
    form = CommentForm(request.POST or None, initial={"body": comment.body})
    if request.method == "POST" and form.is_valid():
        try:
            service.edit(comment, form.cleaned_data["body"], timezone.now())
        except service.Refused as refused:
            form.add_error("body", str(refused))
        else:
            return redirect(_address(comment))
    context = {"form": form, "comment": comment}
    status = 400 if form.errors else 200
    return render(request, "social/edit.html", context, status=status)


@by_reader
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """POST, and value=undo to bring it back."""
    comment = get_object_or_404(Comment.objects.select_related("paper"), pk=pk, reader=request.user)
    if request.POST.get("value") == "undo":
        if comment.deleted_at:
            service.undelete(comment, timezone.now())
        say(request, gettext("Your comment is back."), None)
        return redirect(_address(comment))
    if comment.deleted_at is None:  # not a second click
        service.delete(comment, timezone.now())
    undo = (reverse("delete_comment", args=[pk]), "value", "undo")
    say(request, gettext("Your comment is deleted."), undo)
    return redirect("discussion", comment.paper.arxiv_id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the editors to look at a comment."""
    assert isinstance(request.user, Reader)
    comment = get_object_or_404(known.open_ones(), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.report(request.user, comment, form.cleaned_data["why"], timezone.now())
        except service.Refused as refused:
            form.add_error("why", str(refused))
        else:
            messages.success(request, gettext("Thank you. An editor will look at it."))
            return redirect("discussion", comment.paper.arxiv_id)
    context = {"form": form, "comment": comment}
    return render(request, "social/report.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def name(request: HttpRequest) -> HttpResponse:
    """What others see above what one says in public."""
    assert isinstance(request.user, Reader)
    form = NameForm(request.POST or None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        choose_name(request.user, form.cleaned_data["name"])
        told = gettext("Others see you as %(name)s.") % {"name": request.user.public_name}
        messages.success(request, told)
        return redirect(back_of(request) if request.POST.get("next") else "name")
    return render(request, "social/name.html", {"form": form}, status=400 if form.errors else 200)
