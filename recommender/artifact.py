"""A trained model as a folder: arrays and a manifest, written once, never changed, no pickle.

FORMAT 1: features.npz, space.npz, manifest.json.
FORMAT 2: features know pieces of words; the space holds the bridge from text, too.
FORMAT 3: the same, and encoder.npz: which sentence encoder took part. Others are still 2.
"""

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from recommender.encoder import Encoding
from recommender.features import ItemFeatures
from recommender.space import ItemSpace
from recommender.vectors import from_npz, to_npz

FORMAT, WITH_ENCODER = 2, 3
TEMPORARY = ".writing-"
FILES = ("features.npz", "space.npz")
ENCODER_FILE = "encoder.npz"


class BadArtifact(ValueError):  # noqa: N818 - it names what is bad
    """A folder that is no model of ours: torn, changed, of another format, or hostile."""


@dataclass(frozen=True, eq=False)
class Model:
    """What one run leaves: text to features, features to vectors, and how much the latter count.

    `meta` is any JSON the caller wants to find again. `encoding` names the sentence encoder that
    took part, None without one.
    """

    features: ItemFeatures
    space: ItemSpace
    weight: float
    meta: dict[str, Any] = field(default_factory=dict)
    encoding: Encoding | None = None

    def __post_init__(self) -> None:
        terms, mapped = len(self.features.terms_), len(self.space.matrix)
        if terms != mapped:
            raise ValueError(f"{terms} terms, but a map of {mapped}")
        if not (np.isfinite(self.weight) and self.weight >= 0):
            raise ValueError(f"the weight must be finite and not negative, not {self.weight}")


def save(model: Model, folder: Path | str) -> None:
    """Write the model beside its place, sync, rename: a reader sees all of it or none.

    FileExistsError when the folder is there already: a model is never changed.
    """
    folder = Path(folder)
    if folder.exists():
        raise FileExistsError(f"{folder.name} is there already, and a model is written once")
    folder.parent.mkdir(parents=True, exist_ok=True)
    contents = {
        "features.npz": to_npz(model.features.to_arrays()),
        "space.npz": to_npz(model.space.to_arrays()),
    }
    if model.encoding is not None:
        contents[ENCODER_FILE] = to_npz(model.encoding.to_arrays())
    manifest = {
        "format": FORMAT if model.encoding is None else WITH_ENCODER,
        "weight": model.weight,
        "meta": model.meta,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()},
    }
    contents["manifest.json"] = json.dumps(manifest, indent=1, allow_nan=False).encode()
    temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=folder.parent))
    try:
        for name, data in contents.items():
            _write(temporary / name, data)
        _sync(temporary)
        temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    _sync(folder.parent)


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def load(folder: Path | str) -> Model:
    """Read a model; BadArtifact, with a sentence, for anything that `save` did not write whole."""
    folder = Path(folder)
    try:
        manifest = _manifest(folder / "manifest.json")
        names = FILES if manifest["format"] == FORMAT else (*FILES, ENCODER_FILE)
        files = {name: _checked(folder / name, manifest["files"][name]) for name in names}
        features = ItemFeatures.from_arrays(from_npz(files["features.npz"]))
        space = ItemSpace.from_arrays(from_npz(files["space.npz"]))
        encoding = None
        if ENCODER_FILE in files:
            encoding = Encoding.from_arrays(from_npz(files[ENCODER_FILE]))
        return Model(features, space, float(manifest["weight"]), dict(manifest["meta"]), encoding)
    except BadArtifact:
        raise
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise BadArtifact(f"{folder.name} holds no readable model: {error}") from error


def _manifest(path: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(path.read_bytes())
    if manifest["format"] not in (FORMAT, WITH_ENCODER):
        raise BadArtifact(f"format {manifest['format']} is not {FORMAT}: train again")
    return manifest


def _checked(path: Path, expected: str) -> bytes:
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != expected:
        raise BadArtifact(f"{path.name} is not what was written: its checksum differs")
    return data


def sweep_temporary(parent: Path | str) -> int:
    """Remove what killed saves left in `parent`; returns how many folders.

    Call it where no save can be under way.
    """
    left = [path for path in Path(parent).glob(f"{TEMPORARY}*") if path.is_dir()]
    for path in left:
        shutil.rmtree(path)
    return len(left)
