import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.features import FeatureConfig, ItemFeatures, ItemText
from recommender.terms import pieces, plain, words_and_pairs

TEXTS = [
    ItemText("Graph neural networks", "We study message passing on graphs.", ("cs.LG",)),
    ItemText("Dark matter halos", "Simulations of cold dark matter.", ("astro-ph.CO",)),
    ItemText("Dark photons", "A search for dark photons at colliders.", ("hep-ex", "hep-ph")),
]


def fitted(**config):
    return ItemFeatures(FeatureConfig(**config)).fit(TEXTS)


def row_of(features, text):
    row = features.transform([text])
    terms = features.terms_
    return {terms[c]: v for c, v in zip(row.indices, row.data, strict=True) if c < features.n_named}


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"Schr{\"o}dinger and Ho\v{r}ava", "schrodinger and horava"),
        ("Schrödinger, Erdős", "schrodinger, erdos"),
        (r"the \emph{new} $\Lambda$CDM model", "the  new $ $cdm model"),
        (r"$\mathcal{O}(n^2)$", "$ o(n^2)$"),
        (r"H\'enon \& Heiles", "henon  heiles"),
    ],
)
def test_tex_and_accents_are_taken_away(tex, words):
    assert plain(tex) == words


def counted(found):
    names = found.names(np.arange(found.counts.shape[1]))
    return [dict(zip(names, row.tolist(), strict=True)) for row in found.counts.toarray()]


def test_commands_stop_words_and_numbers_are_no_terms():
    found = words_and_pairs([r"The \textbf{deep} learning of 2021"], [""], 1)
    assert [name for name, times in counted(found)[0].items() if times] == [
        "deep",
        "learning",
        "deep learning",
    ]


def test_words_are_counted_text_by_text_and_the_title_more_often():
    first, second = counted(words_and_pairs(["dark matter", ""], ["dark", "dark dark"], 2))
    assert (first["dark"], first["matter"], first["dark matter"]) == (3, 1 * 2, 2)
    assert (second["dark"], second["dark dark"], second["dark matter"]) == (2, 1, 0)


def test_pieces_know_where_a_word_begins_and_ends():
    (found,) = counted(pieces(["dark dark"], (5,)))
    assert found == {" dark": 2, "dark ": 2}


def test_pieces_link_the_forms_of_a_word():
    features = ItemFeatures().fit([ItemText("tokenisers"), ItemText("halos"), ItemText("tokens")])
    known, new = features.transform([ItemText("tokenisers"), ItemText("tokenisation")])
    assert (known @ new.T).sum() > 0.3


def test_neighbours_are_terms_but_not_from_title_to_abstract():
    terms = fitted().terms_
    assert "dark matter" in terms
    assert "networks study" not in terms


def test_each_row_has_unit_length():
    rows = fitted().transform(TEXTS)
    assert rows.dtype == np.float32
    assert np.sqrt(rows.multiply(rows).sum(axis=1)) == pytest.approx(1)


@given(st.lists(st.builds(ItemText, st.text(), st.text(), st.tuples(st.text())), max_size=4))
def test_any_text_has_a_row_of_length_one_or_none(texts):
    rows = ItemFeatures().fit(texts).transform([*texts, ItemText("")])
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    assert np.all((abs(lengths - 1) < 1e-5) | (lengths == 0))
    assert lengths[-1] == 0


def test_a_text_of_unknown_words_has_no_entries():
    assert fitted().transform([ItemText("zzz")]).nnz == 0


def test_a_rare_word_counts_more_than_a_common_one():
    row = row_of(fitted(), ItemText("dark halos"))
    assert row["halos"] > row["dark"]


def test_a_word_of_the_title_counts_more_than_one_of_the_abstract():
    row = row_of(fitted(), ItemText("halos", "photons"))
    assert row["halos"] > row["photons"]


def test_subjects_count_little_beside_words():
    row = row_of(fitted(), ItemText("halos", "", ("cs.LG",)))
    assert 0 < row["cs.LG"] < 0.3 * row["halos"]


def test_subjects_alone_still_say_something():
    assert row_of(fitted(), ItemText("", "", ("cs.LG",))) == {"cs.LG": pytest.approx(1)}


def test_a_small_collection_keeps_words_seen_once_and_a_large_one_does_not():
    assert "photons" in fitted(min_df=1, small=0).terms_
    assert "halos" in fitted().terms_
    assert "halos" not in fitted(small=0).terms_
    assert "dark" in fitted(small=0).terms_


def test_the_vocabulary_keeps_the_most_frequent_terms():
    few = fitted(max_terms=3)
    assert "dark" in few.terms_
    assert [len(block.terms) for block in few.blocks_.values()] == [3, 3, 0]


def test_pieces_stand_in_for_an_abstract_and_only_then():
    titles = ItemFeatures().fit([ItemText(text.title) for text in TEXTS])
    assert len(titles.blocks_["pieces"].terms) > 0
    assert titles.transform([ItemText("tokenised photonics", "x")])[:, titles.n_named :].nnz == 0


def test_it_learns_from_texts_at_even_distances():
    assert "dark" not in fitted(max_fit_texts=1).terms_
    assert "graph" in fitted(max_fit_texts=1).terms_


def test_arrays_restore_the_same_transform():
    before = fitted(title_times=3)
    arrays = before.to_arrays()
    after = ItemFeatures.from_arrays(arrays)
    assert all(array.dtype != object for array in arrays.values())
    assert (before.transform(TEXTS) != after.transform(TEXTS)).nnz == 0
    assert before.terms_ == after.terms_


def test_arrays_of_something_else_are_refused():
    with pytest.raises(ValueError, match="hold no features"):
        ItemFeatures.from_arrays({})
    cut = {**fitted().to_arrays(), "words_idf": np.ones(2)}
    with pytest.raises(ValueError, match="words of these features"):
        ItemFeatures.from_arrays(cut)


def test_it_refuses_to_transform_before_it_has_learned():
    with pytest.raises(ValueError, match="call fit"):
        ItemFeatures().transform(TEXTS)


def test_nothing_learned_gives_rows_without_columns():
    assert ItemFeatures().fit([]).transform(TEXTS).shape == (3, 0)
