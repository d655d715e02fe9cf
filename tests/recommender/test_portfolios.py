import numpy as np

from recommender.features import ItemText
from recommender.portfolios import PortfolioConfig, portfolios


def paper(subject, *authors):
    return ItemText("A title", "", (subject,), authors)


def shelves(texts, **config):
    found = portfolios(
        texts, np.arange(len(texts)) + 10, np.full(len(texts), 739_000), PortfolioConfig(**config)
    )
    return sorted(found.items[found.users == user].tolist() for user in np.unique(found.users))


def test_an_author_is_a_reader_of_her_own_papers():
    texts = [
        paper("cs.LG", "Ada Berg"),
        paper("cs.LG", "Ada Berg", "Bo Chen"),
        paper("cs.LG", "Bo Chen"),
    ]
    assert shelves(texts) == [[10, 11], [11, 12]]


def test_one_paper_is_no_portfolio():
    assert shelves([paper("cs.LG", "Ada Berg"), paper("cs.LG", "Bo Chen")]) == []


def test_two_people_of_one_name_are_two_readers():
    texts = [
        paper("cs.LG", "Wei Li", "Ada Berg"),
        paper("cs.LG", "Wei Li"),
        paper("math.NT", "Wei Li", "Bo Chen"),
        paper("math.AG", "Wei Li", "Bo Chen"),
    ]
    assert shelves(texts) == [[10, 11], [12, 13], [12, 13]]


def test_a_later_paper_joins_what_seemed_to_be_two_people():
    texts = [
        paper("cs.LG", "Wei Li", "Ada Berg"),
        paper("math.NT", "Wei Li", "Bo Chen"),
        paper("hep-th", "Wei Li", "Ada Berg", "Bo Chen"),
    ]
    assert [10, 11, 12] in shelves(texts)


def test_a_paper_of_a_collaboration_says_little_of_each_member():
    crowd = [f"Member {n}" for n in range(3_000)]
    texts = [paper("hep-ex", *crowd), paper("hep-ex", *crowd), paper("hep-ex", *crowd[:2])]
    assert shelves(texts) == []


def test_a_name_with_too_many_papers_is_nobody():
    assert shelves([paper("cs.LG", "Wei Li")] * 6, most_papers=5) == []


def test_the_same_name_twice_on_a_paper_counts_once():
    assert shelves([paper("cs.LG", "Wei Li", "Wei Li")] * 2) == [[10, 11]]
