"""For editors: picks, the queue of claims and reports. For authors: claiming a paper."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.forms import ClaimForm, DecisionForm, PickForm
from webapp.models import Claim, Comment, Reader
from webapp.queries import papers
from webapp.queries.social import comments as known
from webapp.queries.social.submissions import may_take_part
from webapp.services.social import comments, editing
from webapp.services.social.upvotes import Withdrawn
from webapp.views.readers import back_of, log_in_first, refuse, refuse_act

View = Callable[..., HttpResponse]


def for_editors(view: View) -> View:
    """To everybody else the page is not there, and nothing is done; a login may have ended."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **names: object) -> HttpResponse:
        if request.method == "POST" and not isinstance(request.user, Reader):
            return log_in_first(request)
        if not (isinstance(request.user, Reader) and request.user.is_editor):
            if request.method == "POST":
                return refuse_act(request, gettext("Only editors can do this."), 403)
            raise Http404
        return view(request, *args, **names)

    return answer


@require_POST
@for_editors
def pick(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    """POST value=pick with a note, or value=unpick."""
    assert isinstance(request.user, Reader)
    paper = get_object_or_404(papers.SHOWN, arxiv_id=arxiv_id)
    form = PickForm(request.POST)
    if not form.is_valid():
        return refuse(request, paper, str(next(iter(form.errors.values()))[0]), 400)
    is_pick = form.cleaned_data["value"] == "pick"
    try:
        if is_pick:
            editing.pick(request.user, paper, form.cleaned_data["note"], timezone.now())
        else:
            editing.unpick(paper, timezone.now())
    except Withdrawn:
        return refuse(request, paper, gettext("Its authors have withdrawn this paper."), 409)
    messages.success(request, gettext("Picked.") if is_pick else gettext("No longer picked."))
    return redirect(back_of(request))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def claim(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    """Say that one is an author of a paper."""
    assert isinstance(request.user, Reader)
    paper = get_object_or_404(papers.SHOWN, arxiv_id=arxiv_id)
    form = ClaimForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and may_take_part(request.user):
        editing.claim(request.user, paper, form.cleaned_data["note"], timezone.now())
        told = gettext("An editor will check it; this page says what comes of it.")
        messages.success(request, told)
        return redirect("claim", paper.arxiv_id)
    context = {
        "paper": paper,
        "form": form,
        "claim": known.claim_of(request.user, paper),
        "may": may_take_part(request.user),
    }
    return render(request, "social/claim.html", context, status=400 if form.errors else 200)


@require_safe
@for_editors
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for an editor."""
    context = {
        "claims": known.claims(),
        "reported": known.reported(),
        "hidden": known.hidden(),
        "form": DecisionForm(),
    }
    return render(request, "social/queue.html", context)


@require_POST
@for_editors
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """POST value=grant or refuse, reason=..."""
    assert isinstance(request.user, Reader)
    get_object_or_404(Claim, pk=pk)
    form = DecisionForm(request.POST)
    value = request.POST.get("value")
    if not form.is_valid() or value not in {"grant", "refuse"}:
        why = gettext("Nothing was stored: say grant or refuse, and give a reason.")
        messages.error(request, why)
    elif editing.decide(
        request.user, pk, value == "grant", form.cleaned_data["reason"], timezone.now()
    ):
        messages.success(request, gettext("Granted.") if value == "grant" else gettext("Refused."))
    else:
        messages.error(request, gettext("It was decided already, or is your own."))
    return redirect("queue")


@require_POST
@for_editors
def moderate(request: HttpRequest, pk: int) -> HttpResponse:
    """POST value=hide with a reason, restore or dismiss."""
    assert isinstance(request.user, Reader)
    comment = get_object_or_404(Comment.objects.select_related("paper"), pk=pk, deleted_at=None)
    form, value, now = DecisionForm(request.POST), request.POST.get("value"), timezone.now()
    if value == "hide" and form.is_valid():
        comments.hide(request.user, comment, form.cleaned_data["reason"], now)
        messages.success(request, gettext("Hidden; its place says why."))
    elif value == "restore":
        comments.restore(comment, now)
        messages.success(request, gettext("Everybody can read it again."))
    elif value == "dismiss":
        comments.dismiss(comment, now)
        messages.success(request, gettext("The comment stays as it is."))
    else:
        messages.error(request, gettext("Nothing was stored: to hide a comment, say why."))
    return redirect("queue")
