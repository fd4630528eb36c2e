"""The analyst's loop inside the city: see words in context, ask why a text was tagged, see what a new codebook changed.

Everything that shows text masks names, numbers and addresses first. None of it may go into a release.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ujo_lib.columns import Count, Dimension, Text
from ujo_lib.tagging.analysis import Labels
from ujo_lib.tagging.codebook import (
    Codebook,
    CodebookError,
    CodebookSource,
    TermSource,
    ThemeSource,
    compile_codebook,
)
from ujo_lib.tagging.engine import Engine
from ujo_lib.tagging.matching import VALID
from ujo_lib.tagging.tagger import STATUS_LABELS, Evidence, evidence, tag
from ujo_lib.text import cells, mask_personal
from ujo_lib.typed import Typed

_ABSENT = "該当する語がない"
_CONTEXT = 20
_AT_ONCE = 100
_IN_CONTEXT = {
    "id": Text(heading="番号"),
    "left": Text(heading="前"),
    "keyword": Text(heading="語"),
    "right": Text(heading="後"),
}


def kwic(texts: "pd.Series[str]", term: str, engine: Engine, width: int = 20, top: int = 30) -> Typed:
    """Show a term in its contexts, one line each, aligned for a fixed-width font in which kanji are two columns wide.

    Args:
        texts: original texts by id; filter them beforehand. They are masked before anything is looked for.
        term: in the notation of a codebook (`居場所`, `s:眠れな`, `死ぬ+たい`).
        engine: tokeniser.
        width: full-width characters of context on each side.
        top: at most so many lines.

    Returns:
        `id`, `left` (padded to the width), `keyword`, `right`.

    Raises:
        CodebookError: the term cannot be understood or can never be found.
    """
    source = CodebookSource("kwic", (ThemeSource("term", "語", "factor", (TermSource(term, 1),), line=1),))
    try:
        codebook = compile_codebook(source, engine)
    except CodebookError as error:
        raise CodebookError(error.problems, f"前後の文脈を見る語「{term}」(パラメーター)") from None
    rows: list[tuple[object, str, str, str]] = []
    for text_id, masked in _with_a_hit(texts, codebook):
        if len(rows) >= top:
            break
        for place in evidence(masked, codebook):
            if place.status == STATUS_LABELS[VALID]:
                rows.append((text_id, *_in_context(masked, place, width)))  # noqa: PERF401  # stops at `top`
    return Typed.of(rows[:top], _IN_CONTEXT)


def _with_a_hit(texts: "pd.Series[str]", codebook: Codebook) -> Iterator[tuple[object, str]]:
    """Ids and masked texts in which a theme is found; tagging a text costs a hundredth of listing its evidence."""
    for first in range(0, len(texts), _AT_ONCE):
        part = texts.iloc[first : first + _AT_ONCE]
        masked = [mask_personal(text) for text in part]
        for place in np.flatnonzero(tag(masked, codebook).masks):
            yield part.index[place], masked[place]


def kwic_all(texts: "pd.Series[str]", terms: Sequence[str], engine: Engine, top: int = 30) -> Typed:
    """`kwic` for several terms, one below the other, each context in one piece that a narrow page can wrap.

    Returns:
        `term`, `id`, `context` (the word in 【】).
    """
    columns = {
        "term": Text(heading="調べた語"),
        "id": _IN_CONTEXT["id"],
        "context": Text(heading="前後の文脈"),
    }
    parts = [kwic(texts, term, engine, top=top).frame.assign(term=term) for term in terms]
    found = pd.concat([pd.DataFrame(columns=["term", *_IN_CONTEXT]), *parts], ignore_index=True)
    found["context"] = found["left"].str.lstrip() + "【" + found["keyword"] + "】" + found["right"]
    return Typed.of(found[list(columns)], columns)


def _in_context(text: str, place: Evidence, width: int) -> tuple[str, str, str]:
    flat = "".join(" " if character.isspace() else character for character in text)
    left = _cut(flat[: place.begin][::-1], 2 * width)[::-1]
    right = _cut(flat[place.end :], 2 * width)
    return " " * (2 * width - cells(left)) + left, flat[place.begin : place.end], right


def _cut(text: str, limit: int) -> str:
    """The beginning of a text that fits into so many columns."""
    used = 0
    for place, character in enumerate(text):
        used += cells(character)
        if used > limit:
            return text[:place]
    return text


def why(text: str, codebook: Codebook, themes: Sequence[str] = ()) -> pd.DataFrame:
    """Tell for one text why it has, or has not, each theme.

    Args:
        text: the original text.
        codebook: a compiled codebook.
        themes: theme ids to explain; all with a term in the text, if none are named.

    Returns:
        `theme`, `tagged`, `term`, `line` (of the codebook), `status` (採用, 除外語の中, 打ち消し, 別の語の一部, or
        該当する語がない), `because` (the term that excluded or cancelled it), `context` (masked; empty
        where masking makes it doubtful).
    """
    places = evidence(text, codebook)
    contexts = _contexts(text, codebook)
    asked = list(themes) or list(dict.fromkeys(place.theme for place in places))
    rows = []
    for theme in asked:
        own = [place for place in places if place.theme == theme]
        tagged = any(place.status == STATUS_LABELS[VALID] for place in own)
        label = codebook.labels[theme]
        shown = {}
        for term, n in Counter(place.term for place in own).items():
            found = contexts.get((theme, term), [])
            shown[term] = iter(found if len(found) == n else [""] * n)
        for place in own:
            context = next(shown[place.term])
            rows.append((label, tagged, place.term, place.line, place.status, place.because, context))
        if not own:
            rows.append((label, False, "", 0, _ABSENT, "", ""))
    return pd.DataFrame(rows, columns=["theme", "tagged", "term", "line", "status", "because", "context"])


def _contexts(text: str, codebook: Codebook) -> dict[tuple[str, str], list[str]]:
    """Surroundings of the places of each theme and term in the masked text, in their order.

    The masked text is searched anew: a mark set into the original could tear a name apart and so keep it from being
    masked. Where the masking swallowed one of several places nobody can say which, and none has a context.
    """
    masked = mask_personal(text)
    flat = "".join(" " if character.isspace() else character for character in masked)
    contexts: dict[tuple[str, str], list[str]] = {}
    for place in evidence(masked, codebook):
        left = flat[max(0, place.begin - _CONTEXT) : place.begin]
        right = flat[place.end : place.end + _CONTEXT]
        shown = f"{left}【{flat[place.begin : place.end]}】{right}"
        contexts.setdefault((place.theme, place.term), []).append(shown)
    return contexts


def tag_changes(before: pd.DataFrame, after: pd.DataFrame, labels: Labels) -> Typed:
    """Count, theme by theme, what a new codebook changed.

    Args:
        before: boolean themes (index: ids) from the earlier codebook; a theme it lacks counts as absent.
        after: the same texts with the new one.
        labels: theme id → label.

    Returns:
        `theme`, `n_before`, `n` (after), `gained`, `lost`; themes without a change are left out.
    """
    rows = []
    for theme, label in labels.items():
        old, new = (_column(frame, theme) for frame in (before, after.loc[before.index]))
        if (old != new).any():
            gained, lost = int((new & ~old).sum()), int((old & ~new).sum())
            rows.append((label, int(old.sum()), int(new.sum()), gained, lost))
    columns = {
        "theme": Dimension(variable="theme", multiple=True),
        "n_before": Count(unit="件", heading="前の版"),
        "n": Count(unit="件", heading="今の版"),
        "gained": Count(unit="件", heading="増えた相談"),
        "lost": Count(unit="件", heading="減った相談"),
    }
    return Typed.of(rows, columns)


def _column(frame: pd.DataFrame, theme: str) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return frame[theme].to_numpy(bool) if theme in frame else np.zeros(len(frame), np.bool_)


def untagged(tags: pd.DataFrame, labels: Labels) -> "pd.Series[bool]":
    """Texts in which none of the themes was found."""
    return ~tags[list(labels)].any(axis=1)
