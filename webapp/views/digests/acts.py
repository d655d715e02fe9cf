"""What a letter's links lead to: save, more, less, without logging in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from webapp.mail import tokens
from webapp.models import Paper, Rating, Reader
from webapp.services import readers as acts

ACTS = {
    "save": gettext_lazy("Save"),
    "more": gettext_lazy("More like this"),
    "less": gettext_lazy("Less like this"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def act_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the paper with three buttons; POST act=save, more or less does it."""
    try:
        reader_id, paper_id = tokens.paper_of(token)
    except tokens.Invalid as error:
        facts = {"is_old": isinstance(error, tokens.Expired), "days": tokens.LASTS.days}
        return render(request, "digests/unknown.html", facts, status=400)
    reader = Reader.objects.filter(pk=reader_id, is_active=True).first()
    paper = Paper.objects.defer("search").filter(pk=paper_id).first()
    if reader is None or paper is None:
        return render(request, "digests/unknown.html", status=400)
    asked = request.POST.get("act") or request.GET.get("act", "")
    context: dict[str, object] = {
        "paper": paper,
        "acts": ACTS,
        "asked": asked if asked in ACTS else "",
    }
    if request.method != "POST":
        return render(request, "digests/act.html", context)
    if asked not in ACTS:
        return render(request, "digests/act.html", context, status=400)
    return _acted(request, reader, paper, context)


def _acted(
    request: HttpRequest, reader: Reader, paper: Paper, context: dict[str, object]
) -> HttpResponse:
    now, asked = timezone.now(), context["asked"]
    try:
        if asked == "save":
            acts.save(reader, paper, True, now)
        else:
            value = Rating.Value.UP if asked == "more" else Rating.Value.DOWN
            acts.rate(reader, paper, value, now)
    except acts.Withdrawn:
        return render(request, "digests/act.html", context | {"is_withdrawn": True}, status=409)
    acts.rerank_after(reader, None, now)
    return render(request, "digests/act.html", context | {"is_done": True})
