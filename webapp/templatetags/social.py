"""How days, weeks and months of daily papers are called, and where they are."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

from django import template
from django.urls import reverse
from django.utils.dateformat import format as formatted
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from recommender.trend import TrendConfig
from webapp.queries.papers import subject_names
from webapp.queries.social.daily import Found, Period
from webapp.templatetags.cards import piece

register = template.Library()
LABELS = {
    "date": gettext_lazy("Day"),
    "week": gettext_lazy("Week"),
    "month": gettext_lazy("Month"),
}


@register.filter
def address(period: Period) -> str:
    return reverse(period.kind, args=[period.name])


@register.filter
def called(period: Period) -> str:
    return called_from(period.first, period.kind)


@register.filter
def called_from(first: date, kind: str) -> str:
    """Monday 23 November 2026; its week from Monday to Friday; November 2026."""
    if kind != "week":
        return formatted(first, "l j F Y" if kind == "date" else "F Y")
    last = first + timedelta(days=4)  # nothing is announced at weekends
    if first.month == last.month:
        told = gettext("%(first)s–%(last)s %(month)s")  # noqa: RUF001 - no escape is gathered
        return told % {"first": first.day, "last": last.day, "month": formatted(last, "F Y")}
    begins = formatted(first, "j F" if first.year == last.year else "j F Y")
    told = gettext("%(first)s – %(last)s")  # noqa: RUF001 - as above
    return told % {"first": begins, "last": formatted(last, "j F Y")}


@register.filter
def others(found: Found) -> list[tuple[str, str]]:
    """The day, week and month around the newest day that is shown."""
    return [(address(Period(kind, found.day, found.day)), kind_label(kind)) for kind in LABELS]


@register.simple_tag
def categories(chosen: str) -> SafeString:
    """The choice of a category or of a whole archive, kept under what there is to choose from.

    Codes alone, as on the cards: with the names it would be a quarter of the page.
    """
    return piece("social/_categories.html", chosen=chosen, codes=tuple(subject_names()))


@register.filter
def archives(codes: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Categories by the archive that they are parts of."""
    ordered = groupby(sorted(codes), key=lambda code: code.partition(".")[0])
    return [(archive, list(parts)) for archive, parts in ordered]


@register.filter
def at(table: dict[str, str], name: str) -> str:
    return table[name]


@register.filter
def formula(config: TrendConfig) -> str:
    """The trend as TeX, with the numbers that the code computes with."""
    life, power = f"{config.half_life_hours:g}", f"{config.size_power:g}"
    usual = f"{config.size_even + config.size_prior:g}"
    return (
        r"$s = \left(\sum_v w_v \, 2^{-a_v / " + life + r"} + "
        f"{config.public_weight:g}" + r" \, \log_2 (1 + u) \, 2^{-b / " + life + r"}\right) \Big/ "
        r"\left(\frac{n + " + f"{config.size_prior:g}" + "}{" + usual + r"}\right)^{" + power + "}$"
    )


@register.filter
def kind_label(kind: str) -> str:
    return str(LABELS[kind])
