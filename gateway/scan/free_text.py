"""Looks for names in free text with language models, where a house has them: the dear step, so it comes last.

Only distinct cells of more than three words, or of four letters of a script that writes without blanks; of columns that
were declared to hold nothing in particular; and no more of them than a bound. Must never say that a language was
covered where no model looked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gateway.scan.candidates import Candidate, candidates
from gateway.scan.letters import flat
from gateway.scan.looks import Looked
from gateway.scan.prefilter import Sifted
from gateway.scan.trial import Trial

_SPEAKS: Final = r"\S+(?:\s+\S+){3,}|[\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}]{4,}"
"""What may be a sentence: "鄰居代簽" is one; a column of such cells need not be free text (`columns.FREE_TEXT`)."""
LONGEST: Final = 10_000  # letters; a model given a book takes all memory there is


class Names(Protocol):
    """What finds names: `gateway.scan.names` has the models."""

    def find(self, texts: Sequence[str], language: str) -> list[list[Trial]]:
        """Give the names in each of these texts."""
        ...

    def coverage(self) -> dict[str, str]:
        """Say by language how names are looked for: `model`, `rules` or `none`."""
        ...


def names_in(sifted: Sifted, names: Names, latin: str) -> dict[str, list[Candidate]]:
    """Find names in the free text of a column.

    Args:
        sifted: the column.
        names: the models.
        latin: the language of Latin text that does not tell its own, such as `en`.

    Returns:
        Candidates by distinct cell.
    """
    texts = pc.unique(sifted.cells.filter(pc.match_substring_regex(sifted.cells, _SPEAKS)))
    cells = texts.filter(pc.less_equal(pc.utf8_length(texts), LONGEST)).to_pylist()
    shapes = [flat(cell) for cell in cells]
    told = names.find([shape.text for shape in shapes], latin)
    return {
        cell: candidates(shape, tried, lambda _: True)
        for cell, shape, tried in zip(cells, shapes, told, strict=True)
        if tried
    }


def joined(sifted: Sifted, looked: Looked, found: Mapping[str, Sequence[Candidate]]) -> Sifted:
    """Add the cells with names to those looked at; `looked` grows with them."""
    _, first = np.unique(sifted.codes, return_index=True)
    cells = sifted.cells.take(pa.array(sifted.rows[first])).to_pylist()
    place = {cell: at for at, cell in enumerate(cells)}
    more = [cell for cell in found if cell not in place]
    for cell in found.keys() & place.keys():
        at = place[cell]
        looked.found[at], looked.moved[at] = [*looked.of(at), *found[cell]], 0  # the list may be another cell's too
    looked.found.extend(list(found[cell]) for cell in more)
    looked.moved.extend(0 for _ in more)
    codes = pc.index_in(sifted.cells, pa.array([*cells, *more], pa.large_string())).fill_null(-1).to_numpy()
    rows = np.setdiff1d(np.flatnonzero(codes >= 0), np.concatenate([np.zeros(0, np.int64), *sifted.cleared.values()]))
    return replace(
        sifted, rows=rows, codes=codes[rows].astype(np.int64), distinct=[*sifted.distinct, *map(flat, more)],
        numbers=[*sifted.numbers, *(0 for _ in more)], words=[*sifted.words, *(0 for _ in more)],
    )  # fmt: skip
