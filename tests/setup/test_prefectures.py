"""Who borders on whom, by hand from the map: a campaign spills over to these."""

import pytest

from ujo_lib.params.outreach import OutreachSettings
from ujo_lib.setup.prefectures import CODES, neighbours


def test_every_prefecture_has_its_code_and_a_neighbour_that_knows_it_as_one():
    assert list(CODES.values()) == [f"{code:02d}" for code in range(1, 48)]
    for one in CODES:
        around = neighbours(one)
        assert around
        assert one not in around
        assert len(set(around)) == len(around)
        assert all(one in neighbours(other) for other in around)
        assert [CODES[other] for other in around] == sorted(CODES[other] for other in around)


@pytest.mark.parametrize(
    ("prefecture", "around"),
    [
        ("長野県", "群馬県 埼玉県 新潟県 富山県 山梨県 岐阜県 静岡県 愛知県"),  # eight, more than any other
        ("埼玉県", "茨城県 栃木県 群馬県 千葉県 東京都 山梨県 長野県"),
        ("岐阜県", "富山県 石川県 福井県 長野県 愛知県 三重県 滋賀県"),
        ("京都府", "福井県 三重県 滋賀県 大阪府 兵庫県 奈良県"),
        ("奈良県", "三重県 京都府 大阪府 和歌山県"),
        ("北海道", "青森県"),
        ("沖縄県", "鹿児島県"),
        ("熊本県", "福岡県 佐賀県 長崎県 大分県 宮崎県 鹿児島県"),
        ("海外", ""),
    ],
)
def test_neighbours_are_those_of_the_map_in_the_order_of_their_codes(prefecture, around):
    assert neighbours(prefecture) == around.split()


def test_no_prefecture_has_more_neighbours_than_nagano():
    assert max(CODES, key=lambda one: len(neighbours(one))) == "長野県"


def test_the_sample_begins_with_the_neighbours_of_its_own_prefecture():
    assert OutreachSettings().neighbours == neighbours(OutreachSettings().prefecture)
