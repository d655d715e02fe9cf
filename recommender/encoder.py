"""The one seam for a sentence encoder: texts -> dense rows. Nothing here is needed to rank.

An encoder is any object with `encode(texts)`. Its rows stand beside the sparse ones: they say what
a text is about where two texts share no word. Rows are unit vectors, less the mean of the texts
that a training saw, at unit length again: else all texts look alike.
"""

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from recommender.features import ItemText
from recommender.interactions import Floats

AT_ONCE = 8  # texts side by side: longer batches are padded to their longest text
LIBRARY = "sentence_transformers"


class EncoderMissing(RuntimeError):  # noqa: N818 - it names what is missing
    """The encoder cannot be had here; the sentence says what to do."""


class Encoder(Protocol):
    """What the seam takes."""

    def encode(self, texts: list[str]) -> Any:
        """Give each text a row of the same length, (n, d)."""


@dataclass(frozen=True)
class SentenceTransformer:
    """A model of the library sentence-transformers, on one thread of the processor."""

    model: Any

    def encode(self, texts: list[str]) -> Any:
        """Encode texts, float32 (n, d)."""
        return self.model.encode(texts, batch_size=AT_ONCE, show_progress_bar=False)


@lru_cache(maxsize=1)
def load(name: str) -> Encoder:
    """Find a model by name: a package that carries one, a folder, or one fetched before.

    `module:Class` is an encoder of one's own, made without arguments. Never asks the network.
    EncoderMissing when the library or the model is not on this machine.
    """
    if ":" in name:
        return _own(name)
    if importlib.util.find_spec(LIBRARY) is None:
        raise EncoderMissing(
            f"The encoder {name} needs {LIBRARY}: pip install -r requirements-encoder.txt."
        )
    try:
        import_module("torch").set_num_threads(1)
        library = import_module(LIBRARY)
        model = library.SentenceTransformer(_where(name), device="cpu", local_files_only=True)
    except (ImportError, OSError, ValueError) as error:
        raise EncoderMissing(
            f"The encoder {name} is not on this machine or cannot be read; fetch it first, or "
            f"name the folder that holds it: {error}"
        ) from error
    return SentenceTransformer(model)


def _own(name: str) -> Encoder:
    module, _, maker = name.partition(":")
    try:
        made: Encoder = getattr(import_module(module), maker)()
    except (ImportError, AttributeError, ValueError) as error:
        raise EncoderMissing(f"The encoder {name} cannot be made: {error}") from error
    return made


def _where(name: str) -> str:
    """Give the folder `model` of a package of that name, if there is one; else the name."""
    package = name.replace("-", "_")
    if package.isidentifier():
        found = importlib.util.find_spec(package)
        for folder in (found.submodule_search_locations or []) if found else []:
            if (Path(folder) / "model" / "config.json").exists():
                return str(Path(folder) / "model")
    return name


def encode(encoder: Encoder, texts: Sequence[ItemText]) -> Floats:
    """Encode titles and abstracts: unit rows float32 (n, d), not centred.

    ValueError unless there is one finite row for each text.
    """
    written = [f"{text.title}\n{text.abstract}".strip() for text in texts]
    rows = np.asarray(encoder.encode(written), np.float32)
    if rows.ndim != 2 or len(rows) != len(texts) or not np.isfinite(rows).all():
        raise ValueError(f"{len(texts)} texts, but the encoder gave {rows.shape}, or no numbers")
    return _unit(rows)


@dataclass(frozen=True, eq=False)
class Encoding:
    """What a trained model knows of its encoder: its name, and the mean of its rows, float32[d]."""

    name: str
    mean: Floats

    def __post_init__(self) -> None:
        if self.mean.ndim != 1 or not np.isfinite(self.mean).all():
            raise ValueError("the mean of an encoding must be one finite row")

    @classmethod
    def learn(cls, name: str, rows: Floats) -> Self:
        """Take the mean of rows float32 (n, d), n > 0; zeros stand for unknown, and don't count."""
        return cls(name, np.asarray(rows[rows.any(axis=1)].mean(axis=0), np.float32))

    def centred(self, rows: Floats) -> Floats:
        """Less the mean, at unit length, float32 (n, d); a row of zeros stays one."""
        if rows.shape[1:] != self.mean.shape:
            raise ValueError(f"{self.name} gave {len(self.mean)} columns, not {rows.shape[1]}")
        return _unit((rows - self.mean) * rows.any(axis=1, keepdims=True))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything learned, as arrays without objects."""
        return {"name": np.frombuffer(self.name.encode(), np.uint8), "mean": self.mean}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Restore `to_arrays`; KeyError or ValueError if it cannot."""
        return cls(arrays["name"].tobytes().decode(), np.asarray(arrays["mean"], np.float32))


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 1e-12, lengths, 1), np.float32)
