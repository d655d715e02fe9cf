"""The host's pages: accounts, runs to go back to, work that is stuck."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from webapp.models import Comparison, ModelRun, Paper, Reader, Work
from webapp.services import work

admin.site.site_header = admin.site.site_title = "Firstlight"


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that only the program writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Reader)
class ReaderAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("email", "name", "is_active", "is_staff", "date_joined")
    search_fields = ("email", "name")
    fields = ("email", "name", "is_active", "is_editor", "is_staff", "is_superuser", "groups")


@admin.register(Paper)
class PaperAdmin(ReadOnly):
    list_display = ("arxiv_id", "issue_day", "title", "version", "withdrawn_at")
    search_fields = ("arxiv_id", "title")
    exclude = ("search",)


@admin.register(ModelRun)
class ModelRunAdmin(ReadOnly):
    list_display = ("pk", "state", "is_active", "weight", "n_readers", "n_papers", "verdict")
    actions = ("activate",)

    @admin.action(description="Serve with this run (a worker does it)")
    def activate(self, request: HttpRequest, queryset: QuerySet[ModelRun]) -> None:
        run = queryset.first()
        if run is None or queryset.count() > 1 or run.state != ModelRun.State.READY:
            messages.error(request, "Choose one run that was accepted and is not forgotten.")
            return
        now = timezone.now()
        work.ask("activate", f"run {run.pk} by hand {now:%Y-%m-%dT%H:%M:%S.%f}", now)
        messages.success(request, f"A worker will take run {run.pk} into service.")

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return bool(request.user.is_staff)


@admin.register(Comparison)
class ComparisonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Which rankers are compared, and when; `manage.py evaluate` prints what came of it."""

    list_display = ("__str__", "rival", "run", "begins_on", "ends_on")


@admin.register(Work)
class WorkAdmin(ReadOnly):
    list_display = ("job", "slot", "state", "attempts", "next_at", "finished_at", "counts")
    list_filter = ("state", "job")
    actions = ("again",)

    @admin.action(description="Try the quarantined ones again")
    def again(self, request: HttpRequest, queryset: QuerySet[Work]) -> None:
        now = timezone.now()
        n = sum(work.again(row.pk, now) for row in queryset)
        messages.success(request, f"{n} will be tried again within a minute.")
