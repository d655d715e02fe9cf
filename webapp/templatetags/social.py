"""How days, weeks and months of daily papers are called, and where they are."""

from datetime import date

from django import template
from django.urls import reverse
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, gettext_lazy

from recommender.trend import TrendConfig
from webapp.queries.social.daily import Found, Period

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
    """Monday 23 November 2026; week 48 of 2026; November 2026."""
    if kind == "week":
        year, week, _ = first.isocalendar()
        return gettext("week %(week)s of %(year)s") % {"week": week, "year": year}
    return formatted(first, "l j F Y" if kind == "date" else "F Y")


@register.filter
def others(found: Found) -> list[tuple[str, str]]:
    """The day, week and month around the newest day that is shown."""
    return [(address(Period(kind, found.day, found.day)), kind_label(kind)) for kind in LABELS]


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
