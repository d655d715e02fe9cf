"""A day in one reader's order: at once, repeatable, and taken back without a trace."""

from datetime import timedelta

import pytest

from tests.factories import DAY, indexed, interests, paper, profile, rating, reader, world
from webapp.models import CandidatePack, Profile, Ranking, Rating, Work
from webapp.queries import papers, rankings
from webapp.queries import readers as acts
from webapp.services import rankings as service
from webapp.services import readers, runs, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics(now):
    """A day of three topics, an older day that was rated, and a run that knows both."""
    older = world(6, DAY - timedelta(days=1))
    today = world(12)
    runs.train("test", now)
    return older, today


def order(who):
    found = Ranking.objects.filter(profile=profile(who), day=DAY).first()
    return found.paper_ids if found else None


def first(who, n=10):
    return set(order(who)[:n])


def test_liked_topics_come_first(topics, now):
    older, today = topics
    who = reader()
    for liked in older["robots"][:5]:
        readers.rate(who, liked, Rating.Value.UP, now)
    assert service.rerank(profile(who), DAY, now)
    assert first(who) <= {p.pk for p in today["robots"]}


def test_every_term_that_is_told_is_met_by_a_mute_of_it(topics, now):
    """Of "policy with tactile" the features make the pair "policy tactile"."""
    older, _ = topics
    indexed()
    who = reader()
    readers.rate(who, older["robots"][0], Rating.Value.UP, now)
    service.rerank(profile(who), DAY, now)
    ranking = Ranking.objects.get(profile=profile(who), day=DAY)
    told = dict(zip(ranking.paper_ids, ranking.terms, strict=False))
    assert any(" " in term for terms in told.values() for term in terms)
    assert {pk: papers.terms_in(pk, terms) for pk, terms in told.items()} == told


def test_a_dislike_pushes_its_topic_down(topics, now):
    older, today = topics
    who = reader()
    readers.rate(who, older["robots"][0], Rating.Value.UP, now)
    readers.rate(who, older["primes"][0], Rating.Value.DOWN, now)
    service.rerank(profile(who), DAY, now)
    assert set(order(who)[-12:]) == {p.pk for p in today["primes"]}


def test_acts_taken_back_restore_the_order(topics, now):
    older, today = topics
    who = reader()
    readers.save(who, older["galaxies"][0], True, now)
    service.rerank(profile(who), DAY, now)
    before = order(who)
    for act in today["primes"][:3]:
        readers.rate(who, act, Rating.Value.UP, now)
    service.rerank(profile(who), DAY, now)
    assert order(who) != before
    for act in today["primes"][:3]:
        readers.rate(who, act, Rating.Value.NONE, now)
    service.rerank(profile(who), DAY, now)
    assert order(who) == before


def test_no_act_left_means_newest_first(topics, now):
    who = reader()
    readers.save(who, topics[0]["galaxies"][0], True, now)
    service.rerank(profile(who), DAY, now)
    readers.save(who, topics[0]["galaxies"][0], False, now)
    assert not service.rerank(profile(who), DAY, now)
    assert order(who) is None
    page = rankings.feed_page(interests(who), papers.day_near(DAY), 1)
    ids = [card.paper.arxiv_id for card in page.cards]
    assert not page.is_ranked
    assert ids == sorted(ids, reverse=True)


def test_each_paper_names_the_saved_one_that_speaks_for_it(topics, now):
    older, today = topics
    who = reader()
    for saved in (older["robots"][0], older["primes"][0]):
        readers.save(who, saved, True, now)
    service.rerank(profile(who), DAY, now)
    page = rankings.feed_page(interests(who), papers.day_near(DAY), 1)
    for card in page.cards[:20]:
        if card.paper in today["robots"]:
            assert card.because == older["robots"][0]
            assert {"robot", "tactile", "grasp"} & set(" ".join(card.terms).split())


def test_it_ranks_only_the_subjects_of_the_profile(topics, now):
    who = reader()
    Profile.objects.filter(reader=who).update(subjects=["math.NT"])
    rating(who, topics[0]["robots"][0])
    service.rerank(profile(who), DAY, now)
    assert set(order(who)) == {p.pk for p in topics[1]["primes"]}


def test_a_withdrawn_paper_is_not_ranked(topics, now):
    who = reader()
    rating(who, topics[0]["robots"][0])
    gone = topics[1]["robots"][0]
    gone.withdrawn_at = now
    gone.save()
    service.rerank(profile(who), DAY, now)
    assert gone.pk not in order(who)


def test_a_paper_without_a_vector_comes_last_and_is_not_lost(topics, now):
    who = reader()
    rating(who, topics[0]["robots"][0])
    late = paper("robots")
    service.rerank(profile(who), DAY, now)
    assert order(who)[-1] == late.pk


def test_filling_ranks_every_reader_of_every_open_day_once(topics, now):
    for _ in range(3):
        rating(reader(), topics[0]["primes"][0])
    reader()  # said nothing: newest first needs no row
    assert service.fill("night", now) == {"ranked": 6}
    assert service.fill("night", now) == {"ranked": 0}


def test_filling_repairs_an_order_that_an_act_has_outdated(topics, now):
    who = reader()
    rating(who, topics[0]["primes"][0])
    service.fill("night", now)
    rating(who, topics[0]["robots"][0], at=now + timedelta(minutes=5))
    assert service.fill("hour", now + timedelta(hours=1)) == {"ranked": 2}


def test_filling_takes_in_late_papers(topics, now):
    who = reader()
    rating(who, topics[0]["robots"][0])
    service.fill("night", now)
    late = paper("robots")
    later = now + timedelta(hours=1)
    runs.embed("hour", later)
    service.fill("hour", later)
    assert late.pk in first(who, 13)


def test_a_rated_paper_of_an_old_day_asks_for_its_vector(topics, now, monkeypatch):
    monkeypatch.setattr("webapp.queries.runs.PLACED", 5)
    who, old = reader(), paper("primes", DAY - timedelta(days=900))
    for day in range(20, 40):
        paper("galaxies", DAY - timedelta(days=day))
    runs.embed("hour", now)
    readers.rate(who, old, Rating.Value.UP, now)
    readers.rerank_after(who, DAY, now)
    assert not order(who) or Ranking.objects.get(profile=profile(who), day=DAY).n_ratings == 0
    row = work.claim(work_id_of("embed", f"paper {old.pk}"), now)
    assert runs.embed(row.slot, now)["embedded"] >= 1
    service.fill("after", now + timedelta(minutes=1))
    assert Ranking.objects.get(profile=profile(who), day=DAY).n_ratings == 1


def work_id_of(job, part):

    return Work.objects.get(job=job, slot__contains=part).pk


def test_an_empty_day_is_an_empty_page(topics, now):
    who = reader()
    Profile.objects.filter(reader=who).update(subjects=["q-bio.NC"])
    rating(who, topics[0]["robots"][0])
    service.rerank(profile(who), DAY, now)
    page = rankings.feed_page(interests(who), papers.day_near(DAY), 1)
    assert (page.cards, page.n_papers) == ([], 0)


def test_a_page_beyond_the_end_is_the_last(topics, now):
    who = reader()
    rating(who, topics[0]["robots"][0])
    service.rerank(profile(who), DAY, now)
    page = rankings.feed_page(interests(who), papers.day_near(DAY), 99)
    assert (page.page, page.n_pages, len(page.cards)) == (2, 2, 6)
    assert page.cards[0].rank == 31


def test_without_a_model_nothing_is_ranked(now):
    rating(reader(), paper())
    assert service.fill("hour", now) == {"ranked": 0}


def test_more_than_one_piece_of_work_is_asked_for_again(topics, now, monkeypatch):
    monkeypatch.setattr(service, "AT_ONCE", 1)
    for _ in range(2):
        rating(reader(), topics[0]["primes"][0])
    assert service.fill("night", now) == {"ranked": 1}
    assert Work.objects.filter(job="rank", slot="night and on").exists()


def test_the_oldest_days_are_not_kept_ranked(topics, now):
    for n in range(service.OPEN_DAYS):
        paper("robots", DAY + timedelta(days=1 + n))
    who = reader()
    rating(who, topics[0]["robots"][0])
    runs.embed("hour", now)
    service.fill("hour", now)
    assert not Ranking.objects.filter(day=DAY).exists()
    assert Ranking.objects.filter(reader=who).count() == service.OPEN_DAYS


def test_a_ranking_listens_to_the_newest_acts(topics, now, monkeypatch):
    monkeypatch.setattr(acts, "MOST_ACTS", 2)
    who = reader()
    rating(who, topics[0]["robots"][0])
    for n, liked in enumerate(topics[0]["primes"][:2], start=1):
        rating(who, liked, at=now + timedelta(minutes=n))
    service.fill("night", now + timedelta(hours=1))
    assert Ranking.objects.get(profile=profile(who), day=DAY).n_ratings == 2
    assert first(who) <= {p.pk for p in topics[1]["primes"]}
    assert service.fill("hour", now + timedelta(hours=2)) == {"ranked": 0}


def test_a_paper_withdrawn_after_the_ranking_is_gone_at_once_and_for_good(topics, now):
    who = reader()
    rating(who, topics[0]["robots"][0])
    service.fill("night", now)
    gone = topics[1]["robots"][0]
    later = now + timedelta(hours=1)
    type(gone).objects.filter(pk=gone.pk).update(withdrawn_at=later, changed_at=later)
    page = rankings.feed_page(interests(who), papers.day_near(DAY), 1)
    assert gone not in [card.paper for card in page.cards]
    assert service.fill("hour", later + timedelta(minutes=1)) == {"ranked": 1}
    assert gone.pk not in order(who)


def test_a_damaged_pack_stops_no_other_day(topics, now):
    rating(reader(), topics[0]["primes"][0])
    CandidatePack.objects.filter(day=DAY).update(arrays=b"cut off")
    assert service.fill("night", now) == {"ranked": 1}
