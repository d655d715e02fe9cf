"""What arXiv changes afterwards: the model's rows, the packs and every reader's order follow."""

import pytest

from tests.factories import TOPICS, interests, rating, reader
from tests.webapp.services.nights import MONDAY, TUESDAY, announced, at, by_hand, harvest
from webapp import dataset, jobs
from webapp.models import Paper, PaperVector, Ranking, Work
from webapp.queries import papers, rankings
from webapp.queries import runs as known
from webapp.services import rankings as ranking
from webapp.services import runs

pytestmark = pytest.mark.django_db
EVENING, MORNING = "2026-04-20T12:00", "2026-04-21T06:05"


@pytest.fixture
def ranked(arxiv):
    """Monday's papers, harvested, embedded and put in order for a reader of the first one."""
    for row, topic in zip(announced(MONDAY), ["primes", "robots"] * 3, strict=True):
        for state in arxiv.archive.papers[row["id"]].states:
            object.__setattr__(state, "abstract", TOPICS[topic])
    harvest()
    somebody = reader()
    rating(somebody, paper(1), saved=True, at=at(EVENING))
    runs.train("noon", at(EVENING))
    ranking.fill("noon", at(EVENING))
    return somebody


def paper(n):
    return Paper.objects.get(arxiv_id=f"2604.2000{n}")


def next_morning(arxiv):
    """The harvest, and all the work that follows from it."""
    arxiv.set_clock("2026-04-21T06:00Z")
    harvest(MORNING, MORNING)
    for job in ("embed", "rank"):
        for row in Work.objects.filter(job=job, state="waiting"):
            jobs.do(row.pk, lambda: at("2026-04-21T06:10"))


def order():
    return Ranking.objects.get(day=MONDAY).paper_ids


def row_of(n):
    run = known.active_run()
    pack = dataset.pack(run.pk, MONDAY, known.n_parts(run.pk, MONDAY))
    return pack.text.take([paper(n).pk]).rows.toarray()


def test_a_replaced_paper_is_placed_packed_and_ranked_by_its_new_text(ranked, arxiv):
    before, place = row_of(2), order().index(paper(2).pk)
    arxiv.change("2604.20002", TUESDAY, abstract=TOPICS["primes"])
    next_morning(arxiv)
    assert (paper(2).version, paper(2).issue_day) == (2, MONDAY)
    assert (row_of(2) != before).any()
    assert order().index(paper(2).pk) < place


def test_a_paper_of_which_only_the_day_or_the_number_is_told_keeps_its_vector(ranked, arxiv):
    before = PaperVector.objects.get(paper=paper(2))
    Paper.objects.update(version=0, day_is_derived=True)
    by_hand("rss", now=EVENING)
    assert (paper(2).version, paper(2).day_is_derived) == (1, False)
    assert PaperVector.objects.get(paper=paper(2)) == before


def test_a_withdrawn_paper_leaves_every_order(ranked, arxiv):
    assert paper(3).pk in order()
    arxiv.withdraw("2604.20003", TUESDAY)
    next_morning(arxiv)
    assert paper(3).withdrawn_at
    assert paper(3).pk not in order()


def test_a_deleted_one_is_not_shown_even_before_the_order_is_renewed(ranked, arxiv):
    arxiv.delete("2604.20003", TUESDAY)
    arxiv.set_clock("2026-04-21T06:00Z")
    harvest(MORNING, MORNING)
    page = rankings.feed_page(interests(ranked), papers.day_near(MONDAY), 1)
    assert paper(3).pk not in [card.paper.pk for card in page.cards]
    ranking.fill("hour", at("2026-04-21T06:40"))
    assert paper(3).pk not in order()
