import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.interactions import WEIGHT_CAP, IdMap, Interactions
from tests.worlds import saves

ids = st.lists(st.integers(-(2**40), 2**40))


@given(ids)
def test_an_id_map_leads_there_and_back(values):
    id_map = IdMap.of(values)
    assert id_map.to_ids(id_map.rows(values)).tolist() == values


@given(ids)
def test_an_id_map_numbers_distinct_ids_in_their_order(values):
    id_map = IdMap.of(values)
    assert id_map.ids.tolist() == sorted(set(values))
    assert len(id_map) == len(set(values))


def test_an_id_map_gives_minus_one_for_a_stranger():
    assert IdMap.of([5, 9]).rows([9, 7, 5, 99]).tolist() == [1, -1, 0, -1]
    assert IdMap.of([]).rows([1]).tolist() == [-1]


def test_an_id_map_refuses_a_row_it_has_not():
    with pytest.raises(IndexError, match=r"0\.\.1"):
        IdMap.of([5, 9]).to_ids([2])


@pytest.mark.parametrize("wrong", [[1.5], [[1, 2]], ["a"]])
def test_ids_must_be_a_flat_list_of_whole_numbers(wrong):
    with pytest.raises(ValueError, match="ids must be"):
        IdMap.of(wrong)


@pytest.mark.parametrize("weight", [0, -1e30, np.nan, np.inf, WEIGHT_CAP * 1.01])
def test_interactions_refuse_an_absurd_weight(weight):
    with pytest.raises(ValueError, match="every weight must be above 0"):
        saves([(1, 2)], weight=weight)


@pytest.mark.parametrize("weights", [[1.0], [[1.0, 1.0]]])
def test_interactions_refuse_arrays_of_different_lengths(weights):
    with pytest.raises(ValueError, match="equally long"):
        Interactions([1, 2], [3, 4], weights, [5, 6])


def test_a_day_belongs_to_what_follows_it():
    rows = saves([(1, 10, 4), (1, 11, 5), (1, 12, 6)])
    assert rows.before(5).items.tolist() == [10]
    assert rows.since(5).items.tolist() == [11, 12]


def test_a_repeated_pair_counts_once_at_its_largest_weight():
    rows = Interactions([7, 7, 8, 7], [3, 3, 4, 4], [1, 2.5, 1, 0.5], [1, 2, 3, 4])
    matrix = rows.matrix(IdMap.of([7, 8]), IdMap.of([3, 4]))
    assert matrix.toarray().tolist() == [[2.5, 0.5], [0, 1]]
    assert matrix.dtype == np.float32


def test_the_matrix_leaves_strangers_out():
    matrix = saves([(7, 3), (8, 3), (7, 4)]).matrix(IdMap.of([7]), IdMap.of([3]))
    assert matrix.toarray().tolist() == [[1]]


def test_no_interactions_make_an_empty_matrix():
    assert Interactions.none().matrix(IdMap.of([]), IdMap.of([])).shape == (0, 0)
    assert Interactions.none().matrix(IdMap.of([1]), IdMap.of([2])).nnz == 0


def test_interactions_say_what_they_are():
    assert repr(saves([(1, 2), (1, 3)])) == "<Interactions: 2 by 1 users on 2 items>"
