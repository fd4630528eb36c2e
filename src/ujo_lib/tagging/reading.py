"""What people found in the texts they read, and what follows for all texts: shares, groups, pairs, the first.

With two coders every estimate is made twice, from what both found and from what either found: the limits hold whatever
the truth of the texts about which they differ, and the share lies midway.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

import numpy as np
import pandas as pd

from ujo_lib.columns import METHOD, Column, Count, Difference, Dimension, Share, interval
from ujo_lib.stats import LEVEL
from ujo_lib.tagging import shares as estimate
from ujo_lib.tagging.analysis import THEME, WITH_THEME, Labels, members_of
from ujo_lib.tagging.shares import Bools, Floats, Ints, Shares
from ujo_lib.typed import Typed

LEAST_READ = 20
"""Nothing is said of a group of which fewer texts were read."""
MOST_READ = 0.5
"""Nor of a group of which a larger part was read: its share would come near a count of few people. For the same reason
no release prints shares of all texts, or of those of a focus, of which a larger part was read."""
LEAST_FOR_LEARNED = 300
"""Fewer readings do not teach a coder enough to correct shares with (measured: `benchmarks/theme_truth.py`)."""
LEAST_OF_EACH = 20
"""A learned coder corrects the share of a theme only if so many texts were read with it, and so many without."""
LEAST_FOR_TAGS = 10
"""In a part of the texts the tags correct the share of a theme only if so many texts were read with it, and so many
without: one find in a stratum of which few were read moved the share further than its limits told (measured on the
cells of theme × occupation: coverage up to 9 points below that of the readings alone, at most 2 with this rule)."""
LEAST_APART = 0.0005
"""A limit nearer to no difference is printed as none: half of a tenth of a point."""
MOST_NAMED = 5
_BY_WORDS, _BY_LEARNED = "語の有無で層別", "学習した判定で補正"


@dataclass(frozen=True)
class Reading:
    """Texts, what the machine said of all of them and what people found in a random part.

    Attributes:
        tags: boolean themes of all texts, one column per theme id.
        stratum: number of the sampling stratum of every text.
        read: places of the texts that were read.
        both: what all coders found in them, (read, themes in the order of the columns of `tags`).
        either: what any coder found; the same array for one coder.
        coders: how many read each text.
        chance: cross-fitted chances of a learned coder, of the shape of `tags`; None where nothing was learned.
        part: whether these are some of the texts from which the sample was drawn.
        further: places of texts that were chosen and not drawn, and what was found in them: they teach a coder and
            enter no share.
    """

    tags: pd.DataFrame
    stratum: Ints
    read: Ints
    both: Bools
    either: Bools
    coders: int = 1
    chance: Floats | None = None
    part: bool = False
    further: tuple[Ints, Bools] | None = None

    @property
    def disagreed(self) -> float:
        """Share of all decisions about which the coders differ."""
        return float((self.both != self.either).mean()) if self.both.size else 0.0

    def within(self, members: Bools) -> "Reading":
        """The same for some of the texts: a focus group, a quarter of a year."""
        place = np.cumsum(members) - 1
        kept = members[self.read]
        return Reading(
            self.tags[members],
            np.unique(self.stratum[members], return_inverse=True)[1].astype(np.int64),
            place[self.read[kept]],
            self.both[kept],
            self.either[kept],
            self.coders,
            part=True,
        )

    @property
    def weight(self) -> Floats:
        """How many texts of its stratum each text that was read stands for."""
        stratum = self.stratum[self.read]
        return np.asarray(np.bincount(self.stratum)[stratum] / np.bincount(stratum)[stratum])

    @property
    def counts(self) -> bool:
        """Whether so much was read that a share times the number of texts is, or comes near, a count of people."""
        return len(self.read) > MOST_READ * len(self.tags)

    def share(self, tag: Bools, both: Bools, either: Bools, level: float, *, far_out: bool = False) -> Shares:
        """Post-stratified share of the texts with a trait: tagged so, found by both and by either coder."""
        few = min(int(both.sum()), int((~either).sum())) < LEAST_FOR_TAGS
        if self.part and few and self.stratum.max(initial=0) > 0:
            tag = np.zeros_like(tag)
        size, read = estimate.counted(self.stratum, tag), estimate.counted(self.stratum, tag, self.read)
        found = np.stack([estimate.counted(self.stratum, tag, self.read, truth) for truth in (both, either)])
        return _envelope(estimate.post_stratified(size, read, found, level, far_out=far_out))

    def theme(self, place: int, level: float, *, far_out: bool = False) -> Shares:
        """Post-stratified share of a theme, by its place among the columns."""
        tag = self.tags.iloc[:, place].to_numpy(bool)
        return self.share(tag, self.both[:, place], self.either[:, place], level, far_out=far_out)

    def learned(self, place: int, level: float) -> Shares | None:
        """The same from a learned coder; None where too little was read for its limits to hold."""
        both, either = self.both[:, place], self.either[:, place]
        rare = min(int(both.sum()), int((~either).sum()))
        of_strata = np.bincount(self.stratum[self.read], minlength=int(self.stratum.max(initial=0)) + 1)
        enough = len(self.read) >= LEAST_FOR_LEARNED and rare >= LEAST_OF_EACH and of_strata.min() >= 2
        if self.chance is None or not enough:
            return None
        parts = [
            estimate.prediction_powered(self.chance[:, place], self.stratum, self.read, truth, level)
            for truth in (both, either)
        ]
        return _envelope(_stacked(parts))

    def best(self, place: int, level: float) -> Shares:
        """The share that is published."""
        return self.learned(place, level) or self.theme(place, level)


def corrected_shares(reading: Reading, labels: Labels, level: float = LEVEL) -> Typed:
    """Each theme's share of the texts, as people would find it.

    Args:
        reading: all texts and what was found in some.
        labels: theme id → label; themes not named are left out.
        level: of the limits.

    Returns:
        `theme`, `share`, `low`, `high`, `method`; without values where fewer than 20 texts were read.
    """
    places = _places(reading, labels).values()
    found, names = [reading.best(place, level) for place in places], list(labels.values())
    table = pd.DataFrame({"theme": pd.Categorical(names, names, ordered=True), **_stacked(found)._asdict()})
    table = _of_enough(reading, table)
    table["method"] = [
        _BY_LEARNED if reading.learned(place, level) is not None else _BY_WORDS for place in places
    ]
    columns = {"theme": THEME, **_share("相談", level), "method": METHOD}
    return Typed.of(table, columns, note=_kept(reading))


def corrected_crosstab(reading: Reading, by: pd.Series, labels: Labels, level: float = LEVEL) -> Typed:
    """Each theme's share in each group of which at least 20 texts were read, and no more than half.

    Args:
        reading: all texts and what was found in some.
        by: categorical attribute of all texts.
        labels: theme id → label.
        level: of the limits.

    Returns:
        `theme`, the attribute, `share`, `low`, `high`, `read` (texts of the group that were read).
    """
    groups = _groups(reading, by)
    rows = []
    for group, members in groups.items():
        part = reading.within(members)
        for theme, place in _places(reading, labels).items():
            rows.append((labels[theme], group, *map(float, part.theme(place, level)), len(part.read)))
    name = str(by.name)
    table = pd.DataFrame(rows, columns=["theme", name, "share", "low", "high", "read"])
    table["theme"] = pd.Categorical(table["theme"], list(labels.values()), ordered=True)
    table[name] = pd.Categorical(table[name], list(groups), ordered=True)
    split = Dimension(variable=name)
    read = Count(unit="件", heading="読んだ相談", members=False)
    columns = {"theme": THEME, name: split, **_share(f"その{split.name}の相談", level), "read": read}
    left_out = (
        f"読んだ相談が{LEAST_READ}件に満たない区分と、相談の{MOST_READ:.0%}より多くを読んだ区分は示しません。"
    )
    return Typed.of(table, columns, note=_note(reading) + left_out)


def groups_apart(reading: Reading | None, by: pd.Series, labels: Labels, level: float = LEVEL) -> Typed:
    """Where a group surely differs from all other texts: intervals of all differences together leave out zero.

    Returns:
        `theme`, the attribute, `share` (of the group), `rest` (of the others), `difference`, `low`, `high`
        (simultaneous over all themes and groups, Bonferroni); largest difference first, none where nothing is sure
        or nothing was read.
    """
    name = str(by.name)
    rows = list(_differences(reading, by, labels, level)) if reading else []
    table = pd.DataFrame(rows, columns=["theme", name, "share", "rest", "difference", "low", "high"])
    order = table["difference"].abs().sort_values(ascending=False, kind="stable").index
    split = Dimension(variable=name)
    columns = {
        "theme": THEME,
        name: split,
        "share": Share(of=f"その{split.name}の相談"),
        "rest": Share(of="ほかの相談"),
        "difference": Difference(like="share", unit="ポイント", to="ほかの相談"),
        **interval("difference", level, "simultaneous"),
    }
    return Typed.of(table.loc[order].reset_index(drop=True), columns)


def corrected_pairs(reading: Reading, labels: Labels, level: float = LEVEL) -> Typed:
    """How many texts speak of both themes of a pair.

    Returns:
        `theme`, `with_theme`, `share` (of all texts of the reading), `low`, `high`; each pair twice, so that a map of
        them is whole.
    """
    places = _places(reading, labels)
    tags = reading.tags.to_numpy(bool)
    rows = []
    for (one, a), (other, b) in permutations(places.items(), 2):
        tagged, both, either = (part[:, a] & part[:, b] for part in (tags, reading.both, reading.either))
        found = reading.share(tagged, both, either, level)
        rows.append((labels[one], labels[other], *map(float, found)))
    table = pd.DataFrame(rows, columns=["theme", "with_theme", "share", "low", "high"])
    for column in ("theme", "with_theme"):
        table[column] = pd.Categorical(table[column], list(labels.values()), ordered=True)
    columns = {"theme": THEME, "with_theme": WITH_THEME, **_share("相談", level)}
    return Typed.of(_of_enough(reading, table), columns, note=_kept(reading))


def maybe_first(reading: Reading, labels: Labels, level: float = LEVEL) -> list[str]:
    """Labels of the themes that may be the most frequent; the true first is among them with this probability.

    The one whose published share is the largest is always among them, also where a learned coder made it so.
    """
    places = list(_places(reading, labels).values())
    each = estimate.first_level(len(labels), level)
    found = _stacked([reading.theme(place, each) for place in places])
    kept = estimate.maybe_first(found, _correlation(reading, places))
    kept[np.argmax([reading.best(place, level).share for place in places])] = True
    order = np.argsort(-found.share, kind="stable")
    names = list(labels.values())
    return [names[at] for at in order if kept[at]]


_NO_TROUBLES: Final = "機械が語を見つけた割合で、悩みの割合ではありません"


def said_first(
    reading: Reading | None, labels: Labels, tags: pd.DataFrame, what: str = "主題", level: float = LEVEL
) -> str:
    """Template: which theme is the most frequent, with its share, or among which it is; words without readings.

    Where too few texts were read none is named, nor where nobody found any, or no word stands anywhere (`tags`).
    """
    if reading is None:
        if not tags[list(labels)].to_numpy(bool).any():
            return f"語が現れた相談の割合は、どの{what}でも{{share[max share]}}です({_NO_TROUBLES})。"
        words = "語が現れた相談の割合は「{theme[max share]}」の{share[max share]}が最も高くなっています"
        return f"{words}({_NO_TROUBLES})。"
    found = reading.either[:, [*_places(reading, labels).values()]].any()
    names = maybe_first(reading, labels, level) if found and not said_too_few(reading) else []
    if len(names) == 1:
        return (
            f"最も多い{what}は「{{theme[max share]}}」で、{{share[max share]}}({{share[max share]|ci}})です。"
        )
    if names and len(names) <= MOST_NAMED:
        return f"最も多い{what}は、{'、'.join(f'「{name}」' for name in names)}のいずれかです。"
    return f"最も多い{what}は、読んだ件数では決められません。"


def said_apart(reading: Reading | None, apart: pd.DataFrame, group: str) -> str:
    """Template: the largest of the differences between groups that are sure; how to read the map without readings.

    Args:
        reading: None where nobody has read any text.
        apart: of `groups_apart`, as the audience may see it.
        group: column with the groups.
    """
    if reading is None:
        return f"色の濃い欄ほど、語が現れた相談の割合が高くなっています({_NO_TROUBLES})。"
    sure = apart.dropna(subset=["difference"])
    if sure.empty:
        hidden = "違うと言える欄は、伏せた数があるため示せません。"
        return (
            hidden
            if len(apart)
            else f"読んだ{len(reading.read):,}件からは、ほかと違うと言える欄はありません。"
        )
    first = sure.iloc[0]
    more = "多い" if first["difference"] > 0 else "少ない"
    others = "違うと言える組は、ほかにもあります。" if len(sure) > 1 else ""
    return f"{first[group]}では「{first['theme']}」がほかの相談より{more}と言えます。{others}"


def said_together(reading: Reading | None) -> str:
    """How to read a map of pairs of themes: without readings a share is of the texts with the theme of its row."""
    if reading is None:
        of = "縦の要因の語が現れた相談のうち、横の要因の語も現れたものの割合です。"
        return f"{of}色の濃い組ほど、割合が高くなっています({_NO_TROUBLES})。"
    of = "くわしく見る相談のうち、縦と横の両方の要因が書かれているものの割合です。"
    return f"{of}色の濃い組ほど、一つの相談にあわせて書かれています。幅の重なる組どうしの順位は言えません。"


def said_none_apart(reading: Reading | None) -> str:
    """Say why no difference is listed, where `said_apart` has not said it."""
    return "" if reading is not None else "人が読んだ結果がないため、違いがあるとは言えません。"


def said_too_few(reading: Reading | None) -> str:
    """Say why shares are not estimated; empty where nobody has read any text, or enough were read."""
    if reading is None or len(reading.read) >= LEAST_READ:
        return ""
    of = "このうち、" * reading.part
    return f"{of}人が読んだ相談が{LEAST_READ}件に満たないため、主題の割合は推定できません。"


def said_of_reading(reading: Reading | None) -> str:
    """Say how the shares were corrected, and how far the coders agree."""
    if reading is None:
        return (
            "人が読んだ結果がまだないため、このページの割合は、語の一覧にある語が現れた相談の割合です。"
            "誤りを直した割合と幅は、無作為に選んだ相談を人が読むと示せます。"
        )
    if few := said_too_few(reading):
        return few
    by = "一人" if reading.coders == 1 else "二人"
    told = f"割合は、人が読んだ{len(reading.read):,}件で補正しました(無作為に選び、{by}が読んで付けた結果)。"
    if reading.coders == 1:
        return told + "読んだ人の判断の誤りは、幅に含まれていません。"
    # All is said of all alone.
    agreed = min(100 * (1 - reading.disagreed), 99.9) if reading.disagreed else 100.0
    return told + (
        f"二人の判断は{agreed:.1f}%の欄で一致しました。判断の分かれた相談がどちらであっても、幅に収まります。"
    )


def _correlation(reading: Reading, places: Sequence[int]) -> Floats:
    """Correlation of the estimates of themes, from what the cells leave over in the texts that were read."""
    stratum, weight, left = reading.stratum[reading.read], reading.weight, []
    for place in places:
        at = 2 * stratum + reading.tags.iloc[:, place].to_numpy(bool)[reading.read]
        truth = reading.both[:, place].astype(np.float64)
        mean = np.bincount(at, truth) / np.maximum(np.bincount(at), 1)
        left.append(weight * (truth - mean[at]))
    product = np.array(left) @ np.array(left).T
    length = np.sqrt(np.diag(product))
    scale = np.outer(length, length)
    correlation: Floats = np.divide(product, scale, out=np.eye(len(places)), where=scale > 0)
    return correlation


def _groups(reading: Reading, by: pd.Series) -> dict[str, Bools]:
    """Members of each category of which enough texts were read, and not so many that their share would be a count."""
    return {
        group: own
        for group, own in members_of(by).items()
        if own[reading.read].sum() >= LEAST_READ and not reading.within(own).counts
    }


def _differences(
    reading: Reading, by: pd.Series, labels: Labels, level: float
) -> Iterator[tuple[str, str, float, float, float, float, float]]:
    """Theme, group, its share, that of the rest, and the difference with its limits, where these leave out zero."""
    groups = _groups(reading, by)
    each = estimate.simultaneous_level(len(groups) * len(labels), level)
    for group, members in groups.items():
        inside, outside = reading.within(members), reading.within(~members)
        if outside.counts:
            continue
        for theme, place in _places(reading, labels).items():
            own, rest = (part.theme(place, each, far_out=True) for part in (inside, outside))
            middle, low, high = map(float, estimate.difference(own, rest))
            if max(low, -high) >= LEAST_APART:
                yield labels[theme], group, float(own.share), float(rest.share), middle, low, high


def _envelope(both_and_either: Shares) -> Shares:
    share, low, high = both_and_either
    return Shares(share.mean(axis=0), low[0], high[1])


def _stacked(parts: Sequence[Shares]) -> Shares:
    return Shares(*np.stack(parts, axis=1))


def _places(reading: Reading, labels: Labels) -> dict[str, int]:
    return {theme: list(reading.tags.columns).index(theme) for theme in labels}


def _share(of: str, level: float) -> dict[str, Column]:
    return {"share": Share(of=of), **interval("share", level)}


def _note(reading: Reading) -> str:
    return f"人が読んだ{len(reading.read):,}件で補正しました。"


def _kept(reading: Reading) -> str:
    more = f"相談の{MOST_READ:.0%}より多くを読んだ割合は件数に近いため、公表しません。"
    return said_too_few(reading) or _note(reading) + more * reading.counts


def _of_enough(reading: Reading, table: pd.DataFrame) -> pd.DataFrame:
    """The table without shares where fewer texts were read than limits have been measured for."""
    withheld = dict.fromkeys(["share", "low", "high"], np.nan)
    return table.assign(**withheld) if said_too_few(reading) else table
