import numpy as np

from recommender.features import ItemText
from recommender.portfolios import PortfolioConfig, fields, portfolios


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


def test_papers_of_one_first_subject_are_of_one_field_and_archives_are_neighbours():
    texts = [paper("math.NT"), paper("cs.LG"), paper("math.AG"), paper("cs.LG"), ItemText("Alone")]
    found = fields(texts, [14, 13, 12, 11, 10])
    lg, nt, ag, none = (found.of([item])[0] for item in (11, 14, 12, 10))
    assert found.of([13]) == lg
    assert none < lg < ag < nt
    assert abs(ag - nt) == 1


def test_an_item_that_is_not_known_is_of_no_field():
    assert fields([paper("cs.LG")], [3]).of([3, 4]).tolist() == [0, -1]
    assert fields([], []).of([4]).tolist() == [-1]
