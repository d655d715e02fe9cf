import json
from hashlib import sha256

import numpy as np
import pytest

from recommender.artifact import BadArtifact, Model, load, save, sweep_temporary
from recommender.bridge import build
from recommender.features import ItemFeatures, ItemText
from recommender.space import ItemSpace
from recommender.vectors import to_npz

TEXTS = [ItemText("Dark matter halos", "cold", ("astro-ph",)), ItemText("Graph networks")]


def model(weight=0.5, **meta):
    features = ItemFeatures().fit(TEXTS)
    rng = np.random.default_rng(0)
    return Model(features, ItemSpace(rng.normal(size=(len(features.terms_), 4))), weight, meta)


def rewrite(folder, **changes):
    """Change the manifest of a saved model."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def replace_file(folder, name, data):
    """Change a file, and the manifest so that the checksum fits."""
    (folder / name).write_bytes(data)
    files = json.loads((folder / "manifest.json").read_text())["files"]
    rewrite(folder, files=files | {name: sha256(data).hexdigest()})


@pytest.fixture
def folder(tmp_path):
    save(model(readers=3), tmp_path / "models" / "run-1")
    return tmp_path / "models" / "run-1"


def test_a_model_comes_back_as_it_was(folder):
    before, after = model(), load(folder)
    assert (after.weight, after.meta) == (0.5, {"readers": 3})
    assert (before.features.transform(TEXTS) != after.features.transform(TEXTS)).nnz == 0
    assert np.array_equal(before.space.matrix, after.space.matrix)


def test_a_bridge_comes_back(tmp_path):
    features = ItemFeatures().fit(TEXTS)
    rows = features.transform(TEXTS)
    bridge = build(rows, np.eye(2, 4, dtype=np.float32))
    space = ItemSpace(np.empty((rows.shape[1], 0)), bridge, 0.5)
    save(Model(features, space, 1.0), tmp_path / "run")
    after = load(tmp_path / "run").space
    assert after.portfolio == 0.5
    assert np.array_equal(after.place([1, 2], rows).rows, space.place([1, 2], rows).rows)


def test_a_model_of_text_only_comes_back(tmp_path):
    features = ItemFeatures().fit(TEXTS)
    save(Model(features, ItemSpace.text_only(len(features.terms_)), 0.0), tmp_path / "run")
    assert load(tmp_path / "run").space.d == 0


def test_the_same_model_gives_the_same_bytes(folder, tmp_path):
    save(model(readers=3), tmp_path / "again")
    for path in folder.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_a_model_is_never_changed(folder):
    with pytest.raises(FileExistsError, match="run-1 is there already"):
        save(model(), folder)


def test_a_failed_save_leaves_nothing_behind(tmp_path):
    with pytest.raises(ValueError, match="Out of range float"):
        save(model(figure=np.nan), tmp_path / "run")
    (tmp_path / "run").symlink_to("nowhere")
    with pytest.raises(NotADirectoryError):
        save(model(), tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_another_format_is_refused(folder):
    rewrite(folder, format=1)
    with pytest.raises(BadArtifact, match="format 1 is not 2"):
        load(folder)


def test_a_changed_file_is_refused(folder):
    data = bytearray((folder / "space.npz").read_bytes())
    data[200] ^= 1
    (folder / "space.npz").write_bytes(data)
    with pytest.raises(BadArtifact, match="checksum differs"):
        load(folder)


@pytest.mark.parametrize("name", ["manifest.json", "features.npz", "space.npz"])
def test_a_missing_or_cut_file_is_refused(folder, name):
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(BadArtifact):
        load(folder)
    (folder / name).unlink()
    with pytest.raises(BadArtifact, match="no readable model"):
        load(folder)


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x04cos\nsystem\n.",
        to_npz({"matrix": np.full((3, 4), np.nan, np.float32)}),
        to_npz({"matrix": np.ones((3, 4), np.float32)}),
        to_npz({"other": np.ones(3)}),
    ],
)
def test_a_map_that_is_none_is_refused_even_with_its_checksum(folder, data):
    replace_file(folder, "space.npz", data)
    with pytest.raises(BadArtifact, match="no readable model"):
        load(folder)


@pytest.mark.parametrize("weight", [-1.0, None, "x"])
def test_an_absurd_weight_is_refused(folder, weight):
    rewrite(folder, weight=weight)
    with pytest.raises(BadArtifact):
        load(folder)


def test_what_killed_saves_left_is_swept_and_models_stay(folder):
    (folder.parent / ".writing-abc").mkdir()
    (folder.parent / ".writing-abc" / "space.npz").touch()
    assert sweep_temporary(folder.parent) == 1
    assert [path.name for path in folder.parent.iterdir()] == ["run-1"]
