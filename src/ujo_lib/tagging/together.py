"""Which words go together: networks with communities, trees, and words by group, as users of KH Coder know them.

All start from the words that most texts contain, but no more than half of them: what nearly everybody writes joins
everything. How close two words are is Jaccard's coefficient, the texts with both among the texts with either. For
analysts inside the city.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist, squareform

from ujo_lib.columns import Count, Dimension, Share, Statistic, Text
from ujo_lib.tagging.shares import Bools, Floats, Ints
from ujo_lib.tagging.words import WordIndex
from ujo_lib.typed import Typed

MOST_GROUPS = 6
"""More groups than this cannot be told apart by colour; in a network the smaller ones become one."""
MOST_WORDS, MOST_TIES = 40, 60
"""Words that a figure has room for, those of most texts; and pairs of them, those with the largest coefficient."""
_OTHERS = "ほか"


@dataclass(frozen=True)
class Network:
    """Words joined by how often they share a text.

    Attributes:
        words: `word`, `n` (texts with it), `community` (群1 is the largest); words without a tie are left out.
        pairs: `word`, `with_word`, `n` (texts with both), `jaccard`; the strongest first.
    """

    words: Typed
    pairs: Typed


def present(index: WordIndex, top: int = MOST_WORDS) -> tuple[list[str], Bools]:
    """The words most texts contain, up to half of them, ties in the order of the alphabet, and which texts have them.

    Args:
        index: words of all texts.
        top: at most so many words.

    Returns:
        The words, and an array (texts, words).
    """
    texts = index.text_counts(np.ones(index.n_texts, np.bool_))
    order = np.lexsort((np.array(index.vocabulary, object), -texts))
    chosen = order[2 * texts[order] <= index.n_texts][:top]
    return [index.vocabulary[word] for word in chosen], index.has[:, chosen].toarray() > 0


def word_network(index: WordIndex) -> Network:
    """Join the words that share texts most."""
    words, has = present(index)
    both = has.T.astype(np.int64) @ has
    texts = np.diag(both)
    a, b = np.triu_indices(len(words), 1)
    n = both[a, b]
    jaccard = n / np.maximum(texts[a] + texts[b] - n, 1)
    kept = np.argsort(-jaccard, kind="stable")[:MOST_TIES]
    kept = kept[n[kept] > 0]
    a, b, n, jaccard = a[kept], b[kept], n[kept], jaccard[kept]
    weight = np.zeros(both.shape)
    weight[a, b] = weight[b, a] = jaccard
    joined = np.unique(np.concatenate([a, b]))
    community = communities(weight[np.ix_(joined, joined)])
    names = pd.Categorical(
        [f"群{number}" if number <= MOST_GROUPS - 1 else _OTHERS for number in community],
        [*(f"群{number}" for number in range(1, MOST_GROUPS)), _OTHERS],
        ordered=True,
    ).remove_unused_categories()
    with_word = Count(unit="件", heading="現れた相談")
    return Network(
        Typed.of(
            pd.DataFrame({"word": [words[at] for at in joined], "n": texts[joined], "community": names}),
            {"word": Text(heading="語"), "n": with_word, "community": Dimension(heading="まとまり")},
        ),
        Typed.of(
            zip((words[at] for at in a), (words[at] for at in b), n, jaccard, strict=True),
            {
                "word": Text(heading="語"),
                "with_word": Text(heading="いっしょに現れる語"),
                "n": Count(unit="件", heading="両方の語が現れた相談"),
                "jaccard": Share(heading="重なりの度合い(Jaccard)"),
            },
            note="まとまりは、結びつきが中で強く外と弱くなるように分けたもの(モジュラリティ)。",
        ),
    )


def communities(weight: Floats) -> Ints:
    """Groups of nodes with many ties inside and few outside: greedy modularity.

    Starts from single nodes and joins the two groups that raise modularity most, as long as any do (Clauset, Newman &
    Moore 2004, Physical Review E 70, 066111; weights: Newman 2004, 70, 056131).

    Args:
        weight: of the ties, symmetric, without ties to oneself, (nodes, nodes); every node has a tie.

    Returns:
        Number of each node's group: 1 is the largest, equal ones in the order of their first node.
    """
    group = np.arange(len(weight))
    inside = weight / (weight.sum() or 1.0)
    while len(inside) > 1:
        ends = inside.sum(axis=1)
        gain = np.triu(np.round(inside - np.outer(ends, ends), 12), 1)
        a, b = np.unravel_index(int(gain.argmax()), gain.shape)
        if gain[a, b] <= 0:
            break
        inside[a] += inside[b]
        inside[:, a] += inside[:, b]
        inside = np.delete(np.delete(inside, b, 0), b, 1)
        group[group == b] = a
        group[group > b] -= 1
    order = np.argsort(-np.bincount(group, minlength=len(inside)), kind="stable")
    return np.argsort(order, kind="stable")[group] + 1


def word_tree(index: WordIndex) -> Typed:
    """Join words step by step, the closest first: Ward's method on √(1 − Jaccard).

    The roots are Euclidean distances (Gower & Legendre 1986, Journal of Classification 3), as Ward's method needs them.

    The order of the words and the distance at which each joins the one before it are the whole tree: a group is a row
    of words between two larger distances. Groups are those of the last five joins undone.

    Returns:
        `word`, `n` (texts with it), `distance` (at which it joins the word in the row above; NA in the first),
        `group` (群1, 群2, … from above); empty for fewer than three words.
    """
    words, has = present(index)
    columns = {
        "word": Text(heading="語"),
        "n": Count(unit="件", heading="現れた相談"),
        "distance": Statistic(heading="上の語と結ばれる距離(ウォード法)"),
        "group": Dimension(heading="まとまり"),
    }
    if len(words) < 3:
        return Typed.of([], columns)
    apart = np.sqrt(pdist(has.T, "jaccard"))
    joins = hierarchy.linkage(apart, "ward", optimal_ordering=True)
    order = hierarchy.leaves_list(joins)
    joined_at = squareform(hierarchy.cophenet(joins))[order[1:], order[:-1]]
    cut = hierarchy.fcluster(joins, MOST_GROUPS, "maxclust")[order]
    number = np.cumsum(np.diff(cut, prepend=cut[0] - 1) != 0)
    table = pd.DataFrame(
        {
            "word": [words[at] for at in order],
            "n": has.sum(axis=0)[order],
            "distance": [np.nan, *joined_at],
            "group": pd.Categorical(
                [f"群{one}" for one in number], [f"群{one}" for one in range(1, number[-1] + 1)], ordered=True
            ),
        }
    )
    return Typed.of(table, columns)


def words_by(index: WordIndex, by: pd.Series) -> pd.DataFrame:
    """Texts of each group in which a word stands, words × groups, for `analysis.correspondence_map`.

    Args:
        index: words of all texts.
        by: categorical attribute of the texts, in their order; texts without it are left out.
    """
    words, has = present(index)
    groups = pd.get_dummies(by.reset_index(drop=True)).to_numpy(np.int64)
    return pd.DataFrame(has.T @ groups, words, by.cat.categories.astype(str))
