"""`manage.py evaluate`: what the active run is worth, from held-out saves and from live acts."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recommender.interleaving import Result, settle
from webapp.models import Comparison, Reader
from webapp.queries import rankings, runs

METRICS = ("ndcg", "recall", "mrr")
FEW_READERS = 20  # below it a verdict says little, whatever its interval


class Command(BaseCommand):
    help = "Print how the active run ranks, against baselines and in live comparisons."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reader", metavar="EMAIL", help="live results of this reader alone")

    def handle(self, *args: Any, **options: Any) -> None:
        reader = _reader(options["reader"])
        if reader is None:
            self._offline()
        comparisons = Comparison.objects.select_related("run").order_by("begins_on")
        if not comparisons:
            self.stdout.write("Live: nothing was compared yet; a comparison begins in the admin.")
        for comparison in comparisons:
            self._live(comparison, reader)

    def _offline(self) -> None:
        """The report that the run was judged by: one line a ranker."""
        run = runs.active_run()
        if run is None:
            self.stdout.write("Offline: no run is active, so there is nothing to judge.")
            return
        self.stdout.write(f"Offline: run {run.pk}, on later saves that it had not seen")
        if run.report.get("run", {}).get("readers"):
            self.stdout.write("\n".join(f"  {line}" for line in _table(run.report)))
        else:
            self.stdout.write("  Nobody saved papers of the test days: there are no figures.")
        self.stdout.write(f"  {run.verdict}")

    def _live(self, comparison: Comparison, reader: Reader | None) -> None:
        """One comparison, over readers, or over the days of one of them."""
        who = reader.pk if reader else None
        acts = rankings.compared_acts(comparison.pk, who)
        n_days, n_readers = rankings.n_compared(comparison.pk, who)
        readers, days, teams = zip(*acts, strict=True) if acts else ((), (), ())
        result = settle(days if reader else readers, days, teams)
        self.stdout.write(f"Live: {comparison}")
        self.stdout.write(f"  {n_days} days of {n_readers} readers, {len(acts)} acts that count")
        if not acts:
            self.stdout.write("  No save or like yet that speaks for either.")
            return
        won = f"won by the active run {result.wins}, by the rival {result.losses}"
        self.stdout.write(f"  Days {won}, even {result.ties}")
        self.stdout.write(f"  {verdict(result, 'days' if reader else 'readers')}")


def _reader(email: str | None) -> Reader | None:
    if email is None:
        return None
    found = Reader.objects.filter(email__iexact=email).first()
    if found is None:
        raise CommandError(f"There is no reader with the address {email}.")
    return found


def _table(report: dict[str, Any]) -> Iterator[str]:
    """A line for each ranker: means over readers, and the half widths of their 95 % intervals."""
    k = report["run"]["k"]
    heads = (f"nDCG@{k}", f"recall@{2 * k}", "MRR")
    yield f"{'':12}{'readers':>8}" + "".join(f"{head:>18}" for head in heads)
    for name, found in report.items():
        if isinstance(found, dict) and {*METRICS} <= found.keys():
            cells = (f"{found[m]['mean']:.3f} ± {found[m]['interval']:.3f}" for m in METRICS)
            label = "this run" if name == "run" else name
            yield f"{label:12}{found['readers']:>8}" + "".join(f"{cell:>18}" for cell in cells)


def verdict(result: Result, units: str) -> str:
    """A sentence that promises no more than the interval does."""
    figures = (
        f"preference for the active run {result.preference:.2f},"
        f" 95 % from {result.low:.2f} to {result.high:.2f} over {result.units} {units},"
        f" sign test p = {result.p:.2g}."
    )
    if result.units < FEW_READERS:
        return f"Too few {units} to tell: {figures}"
    if result.low > 0.5:
        return f"The active run is preferred: {figures}"
    if result.high < 0.5:
        return f"The rival is preferred: {figures}"
    return f"No difference that shows: {figures}"
