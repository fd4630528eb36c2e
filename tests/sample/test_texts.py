"""The invented texts: long enough, varied enough, safe, and honest about what was planted."""

import tracemalloc
from itertools import islice

import numpy as np
import pytest

from tests.sample.stream import iter_texts
from ujo_lib.sample.planting import THEMES
from ujo_lib.sample.texts import phrases

# Words that name a means. None may occur in any text, whatever the theme.
FORBIDDEN = (
    "首吊", "首つり", "首を吊", "首をつ", "ロープ", "縄", "練炭", "飛び降り", "飛びおり", "飛び込", "線路",
    "ホームから", "屋上", "手首", "リスカ", "リストカット", "アムカ", "カッター", "かみそり", "カミソリ", "刃", "包丁",
    "ナイフ", "切りつけ", "血", "過量", "オーバードーズ", "大量に", "まとめて飲", "OD", "薬を飲みすぎ", "硫化", "ガス",
    "入水", "溺", "毒", "殺し方", "死に方", "致死", "感電", "焼身", "餓死", "凍死", "市販薬", "睡眠薬", "橋から",
    "ベルトで", "タオルで", "ビニール袋",
)  # fmt: skip
# 毒親 is a word for a parent, not a means.
HARMLESS = ("毒親",)


def without_harmless(text: str) -> str:
    for word in HARMLESS:
        text = text.replace(word, "")
    return text


@pytest.fixture(scope="module")
def texts(city):
    return city.contacts.set_index("相談ID")["相談本文"]


def test_lengths_lie_between_150_and_1200_with_a_mean_of_about_500(texts):
    lengths = texts.str.len()
    assert lengths.min() >= 150
    assert lengths.max() <= 1_200
    assert lengths.mean() == pytest.approx(500, rel=0.05)
    assert lengths.std() > 150


def test_no_text_and_no_phrase_names_a_means_of_self_harm(texts):
    joined = without_harmless("\n".join(texts)) + without_harmless(str(phrases()["themes"]))
    assert [word for word in FORBIDDEN if word in joined] == []


def test_texts_of_the_files_can_be_written_in_cp932_and_hold_no_line_break(texts):
    for text in texts:
        text.encode("cp932")
    assert not texts.str.contains("[\r\n]").any()


def test_at_least_three_mentions_in_ten_are_hard_overall_and_in_every_theme(city):
    hard = city.themes["mention"] == "hard"
    assert hard.mean() >= 0.30
    assert (hard.groupby(city.themes["theme"]).mean() >= 0.30).all()
    assert set(city.themes["theme"]) == set(THEMES)


def test_every_text_has_a_theme_and_no_theme_twice(city):
    assert set(city.themes["consult_id"]) == set(city.contacts["相談ID"])
    assert not city.themes.duplicated(["consult_id", "theme"]).any()
    per_text = city.themes.groupby("consult_id").size()
    assert 1.8 < per_text.mean() < 4


def test_a_distractor_never_speaks_of_a_planted_theme(city):
    distracted = city.read("truth/distractors.csv")
    both = distracted.merge(city.themes, on=["consult_id", "theme"])
    assert both.empty
    assert len(distracted) > 0.15 * len(city.contacts)


def test_themes_vary_by_occupation_and_follow_the_topic(city):
    frame = city.contacts.set_index("相談ID")
    planted = city.themes.assign(yes=1).pivot_table(
        index="consult_id", columns="theme", values="yes", fill_value=0
    )
    planted = planted.reindex(frame.index)
    students = frame["職業"] == "児童・学生"
    assert planted.loc[students, "school"].mean() > 5 * planted.loc[~students, "school"].mean()
    assert planted.loc[students, ["couple", "childcare"]].to_numpy().sum() == 0
    home = frame["職業"] == "主婦・主夫"
    assert planted.loc[home, "childcare"].mean() > 3 * planted.loc[~home, "childcare"].mean()
    strong = frame["自殺念慮"] == "強く"
    assert planted.loc[strong, "suicidal"].mean() > 2 * planted.loc[~strong, "suicidal"].mean()
    teens = strong & (frame["年代"] == "10代") & (frame["at"].dt.year == 2023) & (frame["窓口"] == "全国窓口")
    assert teens.sum() == 309


def test_personal_data_to_mask_occurs_in_about_one_text_in_a_hundred_and_is_listed(city, texts):
    personal = city.truth["personal"]
    assert 0.005 < len(personal) / len(texts) < 0.02
    assert all(value in texts[key] for key, values in personal.items() for value in values)
    listed = "".join(value for values in personal.values() for value in values)
    assert "@" in listed
    assert "090-0000" in listed


def test_texts_are_varied(texts):
    assert texts.is_unique
    sentences = texts.str.split("。").explode()
    assert sentences.nunique() > 15_000


def test_each_theme_has_enough_easy_and_hard_phrasings_without_repetition():
    for theme in THEMES:
        listed = phrases()["themes"][theme]
        assert len(set(listed["easy"])) >= 12
        assert len(set(listed["hard"])) >= 8
        assert len(listed["not"]) >= 2
        assert not set(listed["easy"]) & set(listed["hard"])
    assert set(phrases()["themes"]) == set(THEMES)


def test_no_unfilled_slot_or_marker_reaches_a_text(texts):
    assert not texts.str.contains(r"[{}\[\]|@]| \+\w+", regex=True)[~texts.str.contains("@example")].any()


@pytest.mark.slow
@pytest.mark.parametrize("mean_chars", [500, 960])
def test_a_stream_keeps_the_mean_length_asked_for(mean_chars):
    lengths = np.array([len(text) for _, text, _ in iter_texts(4_000, seed=2023, mean_chars=mean_chars)])
    assert lengths.mean() == pytest.approx(mean_chars, rel=0.03)
    assert lengths.min() >= 150
    assert lengths.max() <= 2.4 * mean_chars


def test_a_stream_is_the_same_again_and_a_longer_one_begins_with_a_shorter_one():
    short = list(iter_texts(2_500, seed=2023))
    assert short == list(iter_texts(2_500, seed=2023))
    assert short == list(islice(iter_texts(10_000, seed=2023), 2_500))
    assert len({key for key, _, _ in short}) == 2_500


def test_a_stream_carries_emoji_that_cp932_lacks_and_names_no_means():
    joined = "".join(text for _, text, _ in iter_texts(3_000, seed=2023))
    assert "😢" in joined
    assert [word for word in FORBIDDEN if word in without_harmless(joined)] == []


@pytest.mark.full
def test_a_stream_needs_no_more_memory_when_it_is_three_times_as_long():
    def peak(n: int) -> int:
        tracemalloc.start()
        for _ in iter_texts(n, seed=2023):
            pass
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(10)  # the sentence pools are built once and stay
    assert peak(6_200) < 1.3 * peak(2_050)
