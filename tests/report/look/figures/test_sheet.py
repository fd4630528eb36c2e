"""The paper of a figure holds its axes, its key and every word around them."""

import matplotlib.pyplot as plt
import pytest

from tests.report.look.drawn import assert_legible, drawing
from tests.report.tables_of import published
from ujo_lib.report.look import figures
from ujo_lib.report.look.figures.lettering import register_font
from ujo_lib.report.look.figures.sheet import Sheet, category_ticks, note, theme, ticks
from ujo_lib.report.look.style import BANDS, INK, NARROW, SOFT, WIDE


@pytest.mark.parametrize("longest", range(4, 12))
def test_a_key_that_nearly_fills_a_phone_breaks_before_its_last_answer_is_cut_off(longest: int) -> None:
    answers = ["常に", "時々", "ほとんどない", "全" * (longest - 1) + "い"]
    table = published(
        {"y": ["県内"] * 4, "by": answers, "share": [0.4, 0.3, 0.2, 0.1]}, dimensions={"y": "y", "by": "by"}
    )
    sheet = drawing(figures.band(table, x="share", y="y", by="by", finding="示す。"), NARROW)
    assert_legible(sheet)
    (key,) = sheet.mpl.legends
    assert key.get_window_extent().x1 <= sheet.mpl.bbox.x1


@pytest.mark.parametrize(
    "names",
    [
        ["10~12点", "7~9点", "4~6点", "3点"],
        *([f"{k}{'点' * size}" for k in range(4)] for size in range(1, 9)),
    ],
    ids=lambda names: names[0],
)
def test_a_key_breaks_before_its_last_answer_is_cut_on_a_phone(names: list[str]) -> None:
    with plt.rc_context(theme(NARROW)):
        register_font()
        sheet = Sheet(NARROW)
        sheet.axes(80)
        sheet.swatches(names, BANDS)
        sheet.fit()
        sheet.mpl.draw_without_rendering()
    said = {text.get_text(): text.get_window_extent() for text in sheet.mpl.legends[0].get_texts()}
    assert len(said) == 4
    assert max(box.x1 for box in said.values()) <= sheet.mpl.bbox.x1


def test_axes_have_round_ticks_and_counts_no_halves() -> None:
    few = published({"y": ["甲", "乙"], "n": [1, 2]})
    axes = drawing(figures.bars(few, x="n", y="y", finding="示す。")).mpl.axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0", "1", "2"]
    many = published({"y": ["甲"], "n": [12_000]})
    axes = drawing(figures.bars(many, x="n", y="y", finding="示す。")).mpl.axes[0]
    assert "10,000" in [tick.get_text() for tick in axes.get_xticklabels()]


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((-1, 1), ["△1", "0", "1"]),
        ((0, 1), ["0", "0.2", "1"]),
        ((0, 20_000), ["0", "10,000", "20,000"]),
    ],
)
def test_ticks_are_written_as_on_the_page(ends: tuple[float, float], said: list[str]) -> None:
    with plt.rc_context(theme(NARROW)):
        sheet = Sheet(NARROW)
        axes = sheet.axes(80)
        axes.set_xlim(*ends)
        ticks(axes.xaxis, NARROW)
        sheet.mpl.draw_without_rendering()
    labels = [tick.get_text() for tick in axes.get_xticklabels()]
    assert set(said) <= set(labels)
    assert len(labels) <= 6


@pytest.mark.parametrize(("hours", "step"), [(4, 1), (24, 2), (48, 4)])
def test_where_not_all_labels_have_room_each_that_is_written_stands_at_its_own_place(hours, step) -> None:
    with plt.rc_context(theme(NARROW)):
        sheet = Sheet(NARROW)
        axes = sheet.axes(80)
        category_ticks(axes, NARROW, [str(hour) for hour in range(hours)])
    written = {
        tick.get_text(): place for tick, place in zip(axes.get_xticklabels(), axes.get_xticks(), strict=True)
    }
    assert written == {str(hour): hour for hour in range(0, hours, step)}


@pytest.mark.parametrize("heights", [[50.0], [40.0, 90.0, 60.0], [20.0] * 20])
def test_each_row_of_axes_is_as_high_as_was_asked_with_all_that_stands_around_it(
    heights: list[float],
) -> None:
    with plt.rc_context(theme(NARROW)):
        register_font()
        sheet = Sheet(NARROW)
        for at, (axes,) in enumerate(sheet.grid(heights)):
            axes.set_title(f"{at}番目")
            axes.set(xlabel="人数(人)", yticks=[])
        sheet.fit()
        sheet.mpl.draw_without_rendering()
    assert sheet.tall == sum(heights)
    assert [axes.get_window_extent().height for axes in sheet.mpl.axes] == pytest.approx(heights, abs=0.5)
    assert_legible(sheet)


@pytest.mark.parametrize(("away", "side", "level"), [
    ((3, 0), "left", "center"), ((-3, 0), "right", "center"), ((0, 3), "center", "bottom"), ((0, -3), "center", "top"),
])  # fmt: skip
def test_words_are_set_on_that_side_of_a_point_to_which_they_are_moved(away, side: str, level: str) -> None:
    axes = Sheet(NARROW).axes(80)
    note(axes, "甲", (0, 0), away)
    note(axes, "乙", (0, 0), away, faint=True)
    assert [(text.get_ha(), text.get_va()) for text in axes.texts] == [(side, level)] * 2
    assert [text.get_color() for text in axes.texts] == [INK, SOFT]


@pytest.mark.parametrize(("layout", "across"), [(NARROW, 5), (WIDE, 8)])
def test_a_scale_across_has_at_most_eight_steps_and_five_on_a_phone_or_upwards(layout, across: int) -> None:
    most, axes = {"x": 0, "y": 0}, Sheet(layout).axes(80)
    for high in range(1, 60):
        axes.set(xlim=(0, high), ylim=(0, high))
        for name in most:
            ticks(axis := getattr(axes, f"{name}axis"), layout)
            seen = [tick for tick in axis.get_majorticklocs() if 0 <= tick <= high]
            most[name] = max(most[name], len(seen) - 1)
    assert most == {"x": across, "y": 5}


def keyed(names: list[str], layout) -> Sheet:
    with plt.rc_context(theme(layout)):
        register_font()
        sheet = Sheet(layout)
        sheet.axes(80)
        sheet.swatches(names, BANDS)
    return sheet


@pytest.mark.parametrize(
    ("letters", "columns"),
    [
        *(([11] * 3, 3), ([12] * 3, 2), ([19] * 3, 2), ([20] * 3, 1), ([60], 1), ([60] * 2, 1), ([4] * 5, 5)),
        *(([3, 3, 4, 4, 4, 4], 6), ([3, 4, 4, 4, 4, 4], 5)),  # 701.8 and 716.3 pixels
    ],
)
def test_a_key_stands_in_as_many_columns_as_fit_and_in_one_at_least(letters: list[int], columns: int) -> None:
    """An entry takes 4.4 letters of 14.5 besides its name; the sheet has 674 pixels, and 2 letters after the last."""
    (key,) = keyed(["全" * many for many in letters], WIDE).mpl.legends
    assert key._ncols == columns
    assert not key.get_frame_on()
    assert len(key.get_patches()) == len(letters)


def test_a_figure_has_one_line_around_its_axes_and_that_below_it() -> None:
    with plt.rc_context(theme(WIDE)):
        axes = Sheet(WIDE).axes(80)
    assert {side: spine.get_visible() for side, spine in axes.spines.items()} == {
        "left": False, "right": False, "top": False, "bottom": True,
    }  # fmt: skip
    assert axes.get_axisbelow() is True
    assert all(tick.tick1line.get_markersize() == 0 for tick in axes.yaxis.get_major_ticks())


@pytest.mark.parametrize(("labels", "step"), [(10, 1), (11, 2), (20, 2), (21, 3)])
def test_labels_along_the_bottom_leave_five_pixels_between_them(labels: int, step: int) -> None:
    """Two letters of 12 and 5 pixels are 29; a phone has 300 for them: ten fit, of twenty each second."""
    with plt.rc_context(theme(NARROW)):
        axes = Sheet(NARROW).axes(80)
        category_ticks(axes, NARROW, ["全角"] * labels)
    assert list(axes.get_xticks()) == [*range(0, labels, step)]
    assert axes.get_xlim() == (-0.5, labels - 0.5)
    assert axes.get_xlabel() == ""


def test_a_number_below_zero_has_a_triangle_and_only_as_many_digits_as_it_needs() -> None:
    axes = Sheet(WIDE).axes(80)
    ticks(axes.xaxis, WIDE)
    write = axes.xaxis.get_major_formatter()
    assert [write(tick, 0) for tick in (-1234.5, 0, 0.1 + 0.2, 20_000)] == ["△1,234.5", "0", "0.3", "20,000"]


def test_words_at_a_part_of_the_width_or_height_stay_there_whatever_the_scale_is() -> None:
    axes = Sheet(NARROW).axes(80)
    note(axes, "甲", (1, 5), (0, 0), within="row")
    note(axes, "乙", (5, 1), (0, 0), within="column")
    note(axes, "丙", (5, 5), (0, 0))
    axes.set(xlim=(0, 10), ylim=(0, 10))
    row, column, plain = [text._get_xy(None, text.xy, text.xycoords) for text in axes.texts]
    box = axes.bbox
    assert tuple(row) == pytest.approx((box.x1, (box.y0 + box.y1) / 2))
    assert tuple(column) == pytest.approx(((box.x0 + box.x1) / 2, box.y1))
    assert tuple(plain) == pytest.approx(((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2))


@pytest.mark.parametrize("columns", [1, 3])
def test_axes_beside_each_other_are_equally_high_and_nothing_is_drawn_higher_than_asked(columns: int) -> None:
    with plt.rc_context(theme(WIDE)):
        register_font()
        sheet = Sheet(WIDE)
        rows = sheet.grid([60.0, 90.0], columns)
        for row in rows:
            for axes in row:
                axes.set_xlabel("人数(人)")
        sheet.fit()
    assert [[axes.get_window_extent().height for axes in row] for row in rows] == [
        pytest.approx([high] * columns, abs=0.5) for high in (60, 90)
    ]
    upper, lower = (row[0].get_window_extent() for row in rows)
    assert upper.y0 > lower.y1
    assert sheet.mpl.bbox.height < 60 + 90 + 2 * 60  # and what stands around them


def test_a_drawing_lacks_no_numbers_unless_it_says_so() -> None:
    assert not Sheet(WIDE).cramped
