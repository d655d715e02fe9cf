"""Which letters are due: one row a subscription and day, whoever asks how often."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories import reader
from webapp.models import Digest, Subscription, Work
from webapp.services.digests import claims

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def subscription(**fields):
    defaults = {
        "address": "" if "reader" in fields else f"s{Subscription.objects.count()}@example.org",
        "cadence": "daily",
        "created_at": MONDAY - timedelta(days=9),
        "confirmed_at": MONDAY - timedelta(days=9),
        "next_at": MONDAY,
    }
    return Subscription.objects.create(**(defaults | fields))


def days_of(one):
    return list(
        Digest.objects.filter(subscription=one).order_by("day").values_list("day", flat=True)
    )


def test_a_due_letter_is_queued_once_and_its_sending_asked_for():
    one = subscription()
    assert claims.claim("07:00", MONDAY) == {"queued": 1}
    assert claims.claim("07:01", MONDAY + timedelta(minutes=1)) == {"queued": 0}
    assert days_of(one) == [date(2026, 11, 23)]
    one.refresh_from_db()
    assert one.next_at == MONDAY + timedelta(days=1)
    assert Work.objects.filter(job="send").count() == 2  # the second because one is still owed


def test_a_subscription_set_back_by_a_mistake_gets_no_second_letter_of_a_day():
    one = subscription()
    claims.claim("a", MONDAY)
    Subscription.objects.update(next_at=MONDAY, last_day=None)
    claims.claim("b", MONDAY)
    assert len(days_of(one)) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"confirmed_at": None},
        {"ended_at": MONDAY},
        {"next_at": MONDAY + timedelta(seconds=1)},
        {"next_at": None},
    ],
)
def test_nothing_is_due_that_was_not_confirmed_or_has_ended(fields):
    subscription(**fields)
    claims.claim("a", MONDAY)
    assert not Digest.objects.exists()


def test_an_account_that_was_closed_gets_no_letter():
    subscription(reader=reader(is_active=False), what="personal")
    claims.claim("a", MONDAY)
    assert not Digest.objects.exists()


def test_after_three_days_of_silence_one_letter_is_sent_and_not_four():
    one = subscription(next_at=MONDAY - timedelta(days=3), last_day=date(2026, 11, 19))
    claims.claim("a", MONDAY + timedelta(hours=1))
    assert days_of(one) == [date(2026, 11, 23)]


def test_an_hour_late_over_midnight_it_is_still_the_letter_of_its_day():
    one = subscription(hour=23, next_at=datetime(2026, 11, 22, 23, tzinfo=UTC))
    claims.claim("a", datetime(2026, 11, 23, 1, tzinfo=UTC))
    assert days_of(one) == [date(2026, 11, 22)]
    one.refresh_from_db()
    assert one.next_at == datetime(2026, 11, 23, 23, tzinfo=UTC)


def test_a_hold_keeps_letters_back_and_the_first_after_it_says_so():
    one = subscription(held_until=date(2026, 11, 26))
    for hours in range(0, 24 * 6, 6):
        claims.claim(f"{hours}", MONDAY + timedelta(hours=hours))
    assert days_of(one) == [date(2026, 11, day) for day in (26, 27, 28)]
    assert [d.is_catch_up for d in Digest.objects.order_by("day")] == [True, False, False]


def test_who_moves_gets_no_second_letter_of_the_day_that_was_had():
    one = subscription(time_zone="Asia/Tokyo", next_at=datetime(2026, 11, 22, 22, tzinfo=UTC))
    claims.claim("a", datetime(2026, 11, 22, 22, tzinfo=UTC))
    one.refresh_from_db()
    one.time_zone = "America/Los_Angeles"
    claims.reschedule(one, MONDAY)
    assert days_of(one) == [date(2026, 11, 23)]
    assert one.next_at == datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_more_than_are_locked_at_once_are_all_queued(monkeypatch):
    monkeypatch.setattr(claims, "AT_ONCE", 3)
    for n in range(10):
        subscription(address=f"many{n}@example.org")
    assert claims.claim("a", MONDAY) == {"queued": 10}
