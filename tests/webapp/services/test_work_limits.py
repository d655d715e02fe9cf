"""Work is not tried for ever."""

from datetime import timedelta

import pytest

from webapp.models import Work
from webapp.services import work

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", [Work.State.WAITING, Work.State.RUNNING])
def test_nobody_can_claim_what_has_no_attempt_left(now, state):
    row = work.ask("embed", "noon", now, ring=False)
    lost = now - timedelta(minutes=5)
    Work.objects.filter(pk=row).update(state=state, attempts=work.ATTEMPTS, lease_until=lost)
    assert work.claim(row, now) is None


def test_the_last_attempt_can_be_claimed(now):
    row = work.ask("embed", "noon", now, ring=False)
    Work.objects.filter(pk=row).update(attempts=work.ATTEMPTS - 1)
    assert work.claim(row, now).attempts == work.ATTEMPTS
