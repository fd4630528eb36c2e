"""What a reader of a release can work out from weighted answers."""

import numpy as np
import pandas as pd
import pytest

from tests.residents.conftest import AGES
from ujo_lib.disclosure.plan import plan
from ujo_lib.disclosure.tables import Policy
from ujo_lib.report.door.masks import counted, masks_for
from ujo_lib.report.door.publish import Published, Subject, TableRecord, TableSpec, mask
from ujo_lib.residents import tables
from ujo_lib.residents.weighting import open_sample
from ujo_lib.typed import Typed


def released(made: dict[str, Typed], width: int = 3) -> dict[str, Published]:
    about = Subject("回答のあった市民", "市民調査", population="residents")
    records = [
        TableRecord.of("06", TableSpec(id, id, about, t.schema, bool(t.left), t.left and t.left()), t.frame)
        for id, t in made.items()
    ]
    told = counted(records)
    masks = masks_for(plan([one.table for one in told], Policy(required_width=width)), told, width)
    return {r.spec.id: mask(r, made[r.spec.id].frame, masks.cells_of(r), masks.whole) for r in records}


@pytest.mark.parametrize(("young", "gone"), [(4, True), (5, False)])
def test_a_weighted_share_of_all_does_not_tell_how_many_of_the_young_are_counted_in_it(
    drawn, register, young, gone
):
    """Twelve are lonely. One young person weighs as much as 1.4 old ones, so each number of young has a share of its
    own: 0.1 points would do, and it is printed."""
    heard = drawn[drawn["responded"]]
    shares = {}
    for n in range(1, 12):
        lonely = pd.Series("いいえ", index=heard.index)
        for age, of_age in ((AGES[0], n), (AGES[1], 12 - n)):
            lonely[heard.index[heard["age_band"] == age][:of_age]] = "はい"
        answers = pd.Categorical(lonely.reindex(drawn.index), ["はい", "いいえ"], ordered=True)
        sample = open_sample(drawn.assign(lonely=answers), register, threshold=1)
        of_all = tables.across(sample, "lonely", "孤独", ["はい"], [()])
        shares[n] = round(100 * of_all.frame["share"].iloc[0], 1)
        if n == young:
            by_age = tables.across(sample, "lonely", "孤独", ["はい"], [(), ("age_band",)])
            shown = released({"lonely": of_all, "lonely_groups": by_age})
    assert len(set(shares.values())) == len(shares)
    assert shown["lonely_groups"].hidden["n"].tolist() == [False, gone, gone]
    assert shown["lonely"].frame["n"].tolist() == [12]
    assert shown["lonely"].hidden[["share", "low", "high"]].to_numpy().tolist() == [[gone] * 3]


def test_a_mean_score_goes_with_the_bands_of_the_score(drawn, register):
    """Of twelve unweighted answers a mean of 3.6 leaves one person of 7 to 9 points, whatever the bands hide."""
    heard = drawn["responded"].to_numpy(bool)
    score = pd.Series(np.nan, index=drawn.index)
    score[heard] = [3.0] * 10 + [5.0] * (heard.sum() - 11) + [8.0]
    band = pd.cut(score, [0, 3, 6, 9, 12], labels=["3点", "4~6点", "7~9点", "10~12点"])
    sample = open_sample(drawn.assign(ucla=score, ucla_band=band), register)
    made = {
        "ucla": tables.shares(sample, tables.BAND, "点数"),
        "ucla_mean": tables.means(sample, tables.UCLA, "平均点", tables.SCORES, [()]),
    }
    shown = released(made)
    assert shown["ucla"].hidden["n"].any()
    assert shown["ucla_mean"].hidden["mean"].all()
    assert not shown["ucla_mean"].hidden["n"].any()
