"""What can be known of a year without running it: what forbids its release, and names that its data do not have."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ujo_lib.errors import InputError
from ujo_lib.files import is_trace
from ujo_lib.fiscal import FiscalYear, period_for
from ujo_lib.params import NotebookSettings, ParameterError, ParameterProblem, read_yaml
from ujo_lib.params.annual import Claims, Goals, Indicators, KeyFigures, Limits
from ujo_lib.params.common import Answers
from ujo_lib.params.disclosure import DisclosureRules
from ujo_lib.params.inputs import CONTACTS, GUIDE, Inputs
from ujo_lib.params.marks import TO_CHECK, marks_in
from ujo_lib.params.notebooks import WHOLE_YEAR, with_role
from ujo_lib.pipeline.keys import all_settings, gives_way, named
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.refusal import ReleaseRefusedError
from ujo_lib.text import likely_meant
from ujo_lib.yamlfile import Declared, Document

if TYPE_CHECKING:
    import pandas as pd

    from ujo_lib.intake import Intake
    from ujo_lib.intake.schemas import Schema
    from ujo_lib.params.seasonality import SeasonalitySettings

_CHECKED_ON = re.compile(r"contacts_checked_on\s*:")
_LISTS: dict[str, type[Declared]] = {
    "published_file": Claims,
    "key_figures_file": KeyFigures,
    "goals_file": Goals,
    "indicators_file": Indicators,
    "limits_file": Limits,
}
"""Parameter that names a list of the summary → what an entry of it is."""
CODEBOOKS = {"codebook", "earlier_codebook", "needs_codebook"}
"""Parameters that name a codebook."""


def unreadable(place: SiteYear) -> list[str]:
    """What is wrong inside the files that the parameters name: lists of the summary, codebooks, disclosure rules.

    Raises:
        ParameterError: the parameters themselves cannot be read.
    """
    from ujo_lib.tagging import CodebookError, load_codebook

    readers: dict[str, Callable[[], object]] = {place.rules.name: partial(DisclosureRules.read, place.rules)}
    for settings in all_settings(place).values():
        for name, file in settings.files.items():
            if name in _LISTS:
                readers[str(file)] = partial(read_yaml, _LISTS[name], file)
            elif name in CODEBOOKS:
                readers[str(file)] = partial(load_codebook, file)
    found: list[str] = []
    for read in readers.values():
        try:
            read()
        except ParameterError as error:
            found += [str(problem) for problem in error.problems]
        except CodebookError as error:
            found.append(str(error))
    return found


def uncoded(place: SiteYear) -> list[str]:
    """What people have not read of the texts; no release waits for it, but its shares rest on the machine alone.

    Raises:
        ParameterError: the parameters cannot be read.
        CodesError: codes are named that cannot be read.
    """
    from ujo_lib.tagging import load_codebook
    from ujo_lib.tagging.quality import RANDOM
    from ujo_lib.tagging.quality_file import read_codes, read_plan

    told = []
    for settings in all_settings(place).values():
        codes_file = getattr(settings, "hand_codes", None)
        kinds = read_yaml(Inputs, settings.inputs_file).kinds
        needed = {kind for kind in settings.about.says.inputs if kind != WHOLE_YEAR}
        if codes_file is None or settings.half or not kinds.keys() >= needed:
            continue
        if not codes_file:
            told.append(
                f"{settings.notebook}.yaml の hand_codes: 相談の文章を人が読んでいない。"
                f"主題の割合は機械の見立てだけによる(`ujo code sample {place.site} {place.year}` で標本を作って読む)"
            )
            continue
        codes = settings.path("hand_codes")
        if not (plan := codes.with_name("plan.csv")).is_file():
            continue  # read elsewhere: how many were drawn is not known
        drawn = read_plan(plan)
        read = read_codes(codes, load_codebook(settings.path("codebook")).labels).random
        if left := int((~drawn.index[drawn["part"] == RANDOM].isin(read.index)).sum()):
            told.append(
                f"{codes_file}: 無作為に選んだ相談のうち {left} 件をまだ読んでいない"
                f"(読み終えたら `ujo code read {place.site} {place.year}`)"
            )
    return told


def require_fitting_codes(place: SiteYear, data: "Intake") -> None:
    """Refuse hand codes that are of other texts than those which the year counts now.

    Raises:
        ParameterError: the parameters cannot be read.
        CodesError: with what has moved since the sample was drawn.
    """
    from ujo_lib.params.tagging import TaggingSettings
    from ujo_lib.tagging import analysis, load_codebook, quality
    from ujo_lib.tagging.quality_file import read_codes

    for settings in all_settings(place).values():
        if not isinstance(settings, TaggingSettings) or not settings.hand_codes or settings.half:
            continue
        if "consultations" not in data.frames:
            continue
        codes = read_codes(settings.path("hand_codes"), load_codebook(settings.path("codebook")).labels)
        at_desk = {"channel": [settings.desk], "pref": [settings.prefecture]}
        records = analysis.within(data.frames["consultations"], settings.period, at_desk)
        focus = analysis.chosen(records, settings.focus_values)
        quality.fitting_strata(codes, focus.set_axis(records["consult_id"].astype(str)))


_OF_WAVE = {"n_in_scope": "対象数", "n_responded": "回答数", "n_cases": "該当者数"}


def unread(place: SiteYear) -> list[str]:
    """Tables that lie beside the year's input files and that no year of the place declares: forgotten, or a copy.

    Raises:
        ParameterError: the inputs of some year cannot be read.
    """
    from ujo_lib.intake.reading import BOOK_SUFFIXES, TEXT_SUFFIXES

    declared: dict[Path, set[Path]] = {}
    for inputs in sorted(place.params.parent.glob("fy*/inputs.yaml")):
        one = read_yaml(Inputs, inputs)
        folder = one.folder(place.root)
        declared[inputs.parent] = {file for files in one.mentioned.values() for file in files.paths(folder)}
    read = frozenset().union(*declared.values())
    tables = (*BOOK_SUFFIXES, *TEXT_SUFFIXES)
    return [
        named(file, place.root)
        for folder in sorted({file.parent for file in declared.get(place.params, ())})
        for file in sorted(folder.glob("*.*"))
        if file.suffix.lower() in tables and file.name != GUIDE and file not in read and not is_trace(file)
    ]


def contradicted(place: SiteYear, data: "Intake") -> list[str]:
    """What two inputs of the year tell differently, so that two pages would, or what one of them leaves out.

    Raises:
        ParameterError: the parameters cannot be read.
    """
    checks = (
        _waves_and_forms,
        _records_and_nation,
        _records_and_desks,
        _records_and_breaks,
        _answers_of_others,
    )
    return [doubt for check in checks for doubt in check(place, data.frames)] + _claims_of_other_years(place)


def _counting_contacts(place: SiteYear, frames: "Mapping[str, pd.DataFrame]") -> "list[SeasonalitySettings]":
    """The parameters of notebooks on when people reach out, in a year that has contacts."""
    from ujo_lib.params.seasonality import SeasonalitySettings

    contacts = frames.keys() & set(CONTACTS)
    return [one for one in all_settings(place).values() if contacts and isinstance(one, SeasonalitySettings)]


def _records_and_desks(place: SiteYear, frames: "Mapping[str, pd.DataFrame]") -> list[str]:
    """Contacts with a desk of the city's own in a year that is declared to have none: no page would count them."""
    import pandas as pd

    from ujo_lib import seasonality

    found = []
    for settings in _counting_contacts(place, frames):
        if not read_yaml(Inputs, settings.inputs_file).lacking("channels"):
            continue
        own = seasonality.select(seasonality.contacts(frames), {"channel": [settings.city_desk]})["date"]
        first, last = (pd.Timestamp(day) for day in (settings.period.start, settings.period.end))
        if own.between(first, last).any():
            found.append(
                f"{settings.period.label}の相談に「{settings.city_desk}」のものがありますが、窓口の一覧(channels)は "
                "not_supplied にあるため、どのページにも数えません。専用の窓口があるなら、channels のファイルに"
                "名称と開設日を書いてください。"
            )
    return found


_ANSWERED = ("commissioners", "cases", "residents", "voices")
"""Kinds that people of one place have filled in; a nation's figures and a partner's records may serve several."""


def _answers_of_others(place: SiteYear, frames: "Mapping[str, pd.DataFrame]") -> list[str]:  # noqa: ARG001  # as its neighbours
    """Answers that another place's parameters name, too: its folder was copied, and its data stand under this name."""

    def answered(inputs: Path) -> set[Path]:
        with suppress(ParameterError):
            one = read_yaml(Inputs, inputs)
            folder = one.folder(place.root)
            return {file for kind in _ANSWERED if kind in one.kinds for file in one.kinds[kind].paths(folder)}
        return set()  # that place's own check tells what is wrong there

    own = {file for one in all_settings(place).values() for file in answered(one.inputs_file)}
    others = sorted(
        inputs
        for inputs in (place.root / "params").glob("*/fy*/inputs.yaml")
        if inputs.parent.parent.name != place.site
    )
    shared = {file: inputs for inputs in reversed(others) for file in answered(inputs) & own}
    return [
        f"{named(file, place.root)} は、ほかの自治体の {named(inputs, place.root)} でも読まれています。"
        "どちらの自治体の回答か確かめ、違うほうの data_dir と files を直してください。"
        for file, inputs in sorted(shared.items())
    ]


def _claims_of_other_years(place: SiteYear) -> list[str]:
    """Statements that another year's list makes, too: copied, a small count that is not public would pass for it."""
    found = []
    lists = (settings.files.get("published_file") for settings in all_settings(place).values())
    for own in dict.fromkeys(file for file in lists if file and file.is_file()):
        for other in sorted((place.root / "params" / place.site).glob(f"fy*/{own.name}")):
            with suppress(ParameterError):  # the check of that year tells what is wrong there
                theirs = [(one.statement, one.published) for one in read_yaml(Claims, other).claims]
                ours = [one for one in read_yaml(Claims, own).claims if one.cell and other != own]
                if same := [one.id for one in ours if (one.statement, one.published) in theirs]:
                    found.append(
                        f"{named(own, place.root)} の {'、'.join(same)} は、"
                        f"{named(other, place.root)} にも同じ文と値であります。"
                        "この年度について公表されたものか確かめてください(公表済みの数は秘匿で守らないので、写したままだと、"
                        "まだ公表していない小さな数が分かることがあります)。"
                    )
    return found


def _records_and_breaks(place: SiteYear, frames: "Mapping[str, pd.DataFrame]") -> list[str]:
    """School breaks of the years that are recorded or forecast, where their list has ended."""
    from ujo_lib import seasonality

    found = []
    for settings in _counting_contacts(place, frames):
        days = seasonality.contacts(frames)["date"].dropna()
        first = min([settings.period.start, *days.dt.date])
        if told := settings.breaks_of(replace(settings.coming, start=first))[1]:
            found.append(f"{told}{settings.school_breaks} に、その年の日程(予定)を書き足してください。")
    return found


def _records_and_nation(place: SiteYear, frames: "Mapping[str, pd.DataFrame]") -> list[str]:
    """The prefecture's contacts, of which notebook 02 counts the records and 04 the rows of the nation's table."""
    import pandas as pd

    from ujo_lib import seasonality
    from ujo_lib.outreach.series import by_prefecture

    found = []
    for settings in _counting_contacts(place, frames) if "national_daily" in frames else ():
        where = {"channel": [settings.desk], "pref": [settings.prefecture]}
        records = seasonality.select(seasonality.contacts(frames), where).groupby("date")["n"]
        nation = by_prefecture(frames["national_daily"]).get(settings.prefecture)
        if nation is None or not len(records):
            continue
        first, last = (day.isoformat() for day in (settings.period.start, settings.period.end))
        both = pd.DataFrame({"own": records.sum(min_count=1), "nation": nation})[first:last]
        kept_back = records.apply(lambda n: n.isna().any()).reindex(both.index, fill_value=False)
        lost = [day for days in settings.missing_days for day in pd.date_range(*days)]
        both = both[both["nation"].notna() & ~kept_back & ~both.index.isin(lost)].fillna(0).astype(int)
        own, of_nation = both.sum()
        if own != of_nation:
            days = f"{both.index[0]:%Y-%m-%d}~{both.index[-1]:%Y-%m-%d}"
            found.append(
                f"{settings.prefecture}の相談({days})は、「{settings.desk}」の相談記録で数えると{own:,}件、全国の県別の表"
                f"(national_daily)では{of_nation:,}件です。時期の分析は前者、周知の効果の分析は後者を数えます。"
                "どちらかのファイルに抜けや重なりがないか確かめてください。"
            )
    return found


def _waves_and_forms(place: SiteYear, frames: "Mapping[str, pd.DataFrame]") -> list[str]:
    """Counts and year of this year's survey in the table of its waves which its own forms and year contradict."""
    from ujo_lib import survey

    if not {"waves", "commissioners", "cases"} <= frames.keys():
        return []
    asked = survey.asked_commissioners(frames["commissioners"])
    counted = survey.own_counts(asked, survey.distinct(frames["cases"]))
    waves = {getattr(settings, "wave", None) for settings in all_settings(place).values()}
    own = frames["waves"][frames["waves"]["wave"].isin(waves)]
    found = []
    for row in own.astype(object).where(own.notna(), None).to_dict("records"):
        which = f"過去調査集計(waves)の調査回「{row['wave']}」の"
        if row["fiscal_year"] not in (None, place.year):
            found.append(
                f"{which}年度は{row['fiscal_year']}ですが、ページには{FiscalYear(place.year).label}に調査したと載ります。"
                "年度の誤りなら直し、この年度に調査していないなら、調査の資料を not_supplied に書いてください。"
            )
        found += [
            f"{which}{_OF_WAVE[name]}は{row[name]}、この年度の票で数えると{n}です。"
            "どちらが正しいか確かめて直してください(ページには票で数えた数が載ります)。"
            for name, n in counted.items()
            if row[name] not in (None, n)
        ]
    return found


def unusable(place: SiteYear, data: "Intake") -> list[str]:
    """Why a notebook would stop: a source of the population, contacts to look at closely, campaigns of the year
    that the data lack, questions that the questionnaire lacks, a period without contacts or without the nation's.

    Raises:
        ParameterError: the parameters cannot be read.
    """
    from ujo_lib import intake, seasonality
    from ujo_lib.outreach import campaigns
    from ujo_lib.params.outreach import OutreachSettings
    from ujo_lib.params.seasonality import SeasonalitySettings
    from ujo_lib.params.tagging import TaggingSettings
    from ujo_lib.questionnaire import Questionnaire
    from ujo_lib.tagging import analysis

    found: list[str] = []
    for settings in all_settings(place).values():
        if "survey_items" in settings.files and not gives_way(settings):
            form = read_yaml(Questionnaire, settings.files["survey_items"])
            absent = {*settings.kinds} - data.frames.keys()
            for item in settings.about.questions(absent):
                with _told(found):
                    if item not in form.forms:  # a call may name the form that it tabulates
                        form.item(item)
        with _told(found):
            if "population" in settings.kinds and "population" in data.frames:
                people = intake.of_source(data.frames["population"], settings.population_source)
                if isinstance(settings, SeasonalitySettings) and not gives_way(settings):
                    beside = {"national_daily", "national_hourly"} <= data.frames.keys()
                    for code in (
                        settings.prefecture_code,
                        settings.area_code,
                        *[settings.nation_code] * beside,
                    ):
                        seasonality.residents(people, code)
        with _told(found):
            if isinstance(settings, TaggingSettings) and "consultations" in data.frames and not settings.half:
                analysis.chosen(data.frames["consultations"], settings.focus_values)
        with _told(found):
            if isinstance(settings, OutreachSettings) and "campaigns" in data.frames and not settings.half:
                campaigns.of_year(data.frames["campaigns"], period_for(settings.year, "fiscal"))
    for settings in _counting_contacts(place, data.frames):
        with _told(found):
            contacts = seasonality.contacts(data.frames)
            of_nation, of_desks = (
                data.frames.get(kind, contacts.iloc[:0]) for kind in ("national_hourly", "channels")
            )
            desks, days = (settings.desk, settings.city_desk), settings.missing_days
            seasonality.open_scopes(
                contacts, of_nation, of_desks, settings.period, settings.prefecture, desks, days
            )
    return [*dict.fromkeys(found)]


@contextmanager
def _told(found: list[str]) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        found.append(str(error))


_COUNTED_OF_RESIDENTS = {
    "direct_item": "lonely_answers",
    "withdrawn_item": "withdrawn_answers",
    "support_item": "support_answers",
}
"""Parameters of page 06 that name a question → those that name the answers counted of it."""


def unweighable(place: SiteYear, data: "Intake") -> list[str]:
    """Why the answers of the residents cannot stand for the population, with the remedy; opened as page 06 opens them.

    Raises:
        ParameterError: the parameters cannot be read.
    """
    from ujo_lib import residents
    from ujo_lib.questionnaire import Questionnaire

    found: list[str] = []
    for settings in all_settings(place).values():
        items = getattr(settings, "ucla_items", None)
        if items is None or not {"residents", "residents_frame"} <= data.frames.keys():
            continue
        form = read_yaml(Questionnaire, settings.files["items_file"])
        for item in [*items, *(getattr(settings, asked) for asked in _COUNTED_OF_RESIDENTS)]:
            with _told(found):
                form.item(item)
        if found:
            continue
        try:
            scored = residents.with_score(data.frames["residents"], items)
            for drawn in residents.by_year(scored, settings.year.year):
                if len(drawn):
                    residents.open_sample(drawn, data.frames["residents_frame"])
            for asked, counted in _COUNTED_OF_RESIDENTS.items():
                if (item := getattr(settings, asked)) in scored:
                    residents.require_options(scored[item], getattr(settings, counted))
        except residents.SampleError as error:
            found.append(f"市民調査(residents)と母集団(residents_frame): {error}")
    return found


def marked(place: SiteYear) -> list[str]:
    """Every mark 「要確認」: in parameters with file and line, in the text of notebooks with file and cell."""
    written = [
        f"{one.file.relative_to(place.root).as_posix()} の {number} 番目のセル: 文章が「{TO_CHECK}」のまま"
        "(この報告書の文に書き直すか、要らなければ消す)"
        for one in place.notebooks
        for number, cell in enumerate(one.cells, 1)
        if cell.kind == "markdown" and TO_CHECK in cell.source
    ]
    return written + [
        f"{mark.file.relative_to(place.root).as_posix()} の {mark.line} 行目: {mark}"
        for mark in marks_in(place.params)
    ]


def undecided(place: SiteYear) -> list[str]:
    """What a person has still to decide before a release, with file and line.

    Raises:
        ParameterError: the parameters of the summary cannot be read.
    """
    found = marked(place)
    settings = place.settings(with_role(place.notebooks, "summary"))
    if not settings.synthetic and not settings.contacts_checked_on:
        common = place.params / "common.yaml"
        lines = enumerate(common.read_text(encoding="utf-8").splitlines(), 1)
        line = next((f" の {number} 行目" for number, text in lines if _CHECKED_ON.match(text)), "")
        found.append(
            f"{common.relative_to(place.root).as_posix()}{line}: 相談窓口の連絡先が未確認"
            "(番号と受付時間を実際に確かめ、contacts_checked_on に日付を書く)"
        )
    return found


def require_decided(place: SiteYear) -> None:
    """Refuse a release of which something is still to be decided.

    Raises:
        ReleaseRefusedError: with every file and line.
    """
    if found := undecided(place):
        raise ReleaseRefusedError("公表の前に、人が決めることが残っています。", found)


def require_known_answers(place: SiteYear, data: "Intake | None" = None) -> None:
    """Refuse parameters that repeat an answer which the data do not have: a desk under another name, say.

    Args:
        place: which place and year.
        data: its inputs, when they have been read. Without them only answers that are declared can be looked up.

    Raises:
        ParameterError: every such name with file, line and the nearest that there is.
    """
    from ujo_lib.intake.declaration import read_declaration
    from ujo_lib.intake.problems import Notes

    settings = [*all_settings(place).values()]
    inputs = settings[0].inputs_file
    declared = read_declaration(inputs, read_yaml(Inputs, inputs).kinds, place.root, Notes("inputs.yaml"))
    problems = dict.fromkeys(
        problem
        for one in settings
        for name, field in type(one).model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Answers) and mark.kind in one.kinds and not gives_way(one)
        for problem in _strangers(place, one, name, _answers(mark, declared.schemas, data))
    )
    if problems:
        raise ParameterError(problems)


def _answers(mark: Answers, schemas: "Mapping[str, Schema]", data: "Intake | None") -> list[str]:
    """The answers that the data have, or that are declared for them.

    None where nothing can be said: a kind or question that the year does not have, or free answers unread.
    """
    alike = CONTACTS if mark.kind in CONTACTS else (mark.kind,)
    kind = next((one for one in alike if one in schemas), None)
    if kind is None:
        return []
    options = {column.name: column.options for column in schemas[kind].columns}
    declared = [option.label for option in options.get(mark.column, ())]
    if data is None or mark.column not in data.frames.get(kind, ()):
        return declared
    given = [str(value) for value in data.frames[kind][mark.column].dropna().unique()]
    return given if mark.given else list(dict.fromkeys([*declared, *given]))


def _strangers(
    place: SiteYear, settings: NotebookSettings, name: str, known: list[str]
) -> list[ParameterProblem]:
    value = getattr(settings, name)
    said = [value] if isinstance(value, str) else list(value)
    if not known or not (strange := [word for word in said if word and word not in known]):
        return []
    written = [Document.read(place.params / file) for file in (f"{settings.notebook}.yaml", "common.yaml")]
    own = next((one for one in written if name in (one.content or {})), written[0])
    expected = f"データにある値({'、'.join(known[:8])}{'など' if known[8:] else ''})"
    return [
        ParameterProblem(
            own.file,
            name,
            word,
            expected,
            f"「{near}」ではありませんか"
            if (near := likely_meant(word, known))
            else "データにある値のどれかに直すか、その値をデータに足す",
            own.line((name,)),
        )
        for word in strange
    ]
