"""Do the weighted figures of the residents' survey keep their promise, and what happens when the lonely keep silent?

Draws the synthetic city's survey anew and anew: 3,000 of its 49,000 residents of 16 and over by district, who answer
by sex and age at each of three mailings, and holds every interval against what is true of everybody. The peer is the
same survey without weights. In a second world lonely people answer ten points less often than the others: the weighted
figures then are as wrong as they are, and the stated bounds (up to twenty points) have to hold the truth. In a third
about 2,000 answer, 20 of them with a rare trait, and the register itself is wrong by its stated error: the number of
persons has to hold what is true.

Usage: resident_survey.py [--quick] [--surveys N] [--json]
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd

from ujo_lib.residents import Sample, open_sample
from ujo_lib.residents.tables import SCORES, across, means, persons, sensitivity
from ujo_lib.sample import residents
from ujo_lib.sample.places import rounded_to
from ujo_lib.stats import wilson

GAP = 0.10
STATED = (0.0, 0.05, 0.10, 0.20)
LEAST_CASES = 10
RARE_CASES = 20
MANY_ANSWERS = 2000
REGISTER_ERROR = 0.01
BARS = {"coverage_min": 0.93, "bias_after_weighting": 0.10, "bounds_hold": 0.95}
DOMAINS = ((), ("sex",), ("age_band",), ("sex", "age_band"))


def city(rng: np.random.Generator) -> pd.DataFrame:
    """Everybody: answers as categories, a score, a rare trait (20 expected among 1,150 answers), a chance to answer."""
    everybody = residents.everybody(2023)
    answered = {key: 1 - np.prod(1 - np.array(hazard)) for key, hazard in residents.HAZARDS.items()}
    chance = np.array([answered[key] for key in zip(everybody["sex"], everybody["age_band"], strict=True)])
    heard = residents.DRAWN * float(chance.mean())
    yes = ["はい", "いいえ"]
    rare = rng.random(len(everybody)) < RARE_CASES / heard
    return pd.DataFrame(
        {
            "sex": pd.Categorical(everybody["sex"], ["男性", "女性"]),
            "age_band": pd.Categorical(everybody["age_band"], list(residents.AGES), ordered=True),
            "district": pd.Categorical(everybody["district"], list(residents.SHARES)),
            "lonely": pd.Categorical(np.where(everybody["lonely"], *yes), yes),
            "known": pd.Categorical(np.where(everybody["support_known"] <= 2, *yes), yes),
            "rare": pd.Categorical(np.where(rare, *yes), yes),
            "score": everybody[["ucla_company", "ucla_left_out", "ucla_isolated"]].sum(axis=1),
            "chance": chance,
        }
    )


def survey(
    everybody: pd.DataFrame, chance: np.ndarray, rng: np.random.Generator, size: int = residents.DRAWN
) -> pd.DataFrame:
    """Draw by district, the smaller ones more densely, and let them answer."""
    sizes = rounded_to(np.sqrt(list(residents.SHARES.values())), size)
    codes = everybody["district"].cat.codes.to_numpy()
    rows = [rng.choice(np.flatnonzero(codes == k), size, replace=False) for k, size in enumerate(sizes)]
    drawn = everybody.iloc[np.concatenate(rows)]
    return drawn.assign(responded=rng.random(len(drawn)) < chance[np.concatenate(rows)]).reset_index(
        drop=True
    )


def judged(sample: Sample, truth: pd.DataFrame) -> Iterator[tuple[str, float, float, bool]]:
    """Name, weighted figure, unweighted figure, and whether the interval holds the truth, of every figure."""
    answers = sample.answers
    for item in ("lonely", "known"):
        for row in across(sample, item, item, ["はい"], DOMAINS).frame.itertuples():
            name = f"{item} {row.sex} {row.age_band}"
            if name in truth.index:
                yield name, row.share, row.n / row.base, row.low <= truth.loc[name, "value"] <= row.high
    row = means(sample, "score", "点", SCORES, [()]).frame.iloc[0]
    yield (
        "score",
        row["mean"],
        answers["score"].mean(),
        row["low"] <= truth.loc["score", "value"] <= row["high"],
    )
    people = persons(sample, {"rare": ("rare", ["はい"])}, 0.0).frame.iloc[0]
    value = truth.loc["persons", "value"]
    unweighted = float((answers["rare"] == "はい").mean() * sample.persons) if sample.persons else np.nan
    yield "persons", people["estimate"], unweighted, people["low"] <= value <= people["high"]


def truths(everybody: pd.DataFrame) -> pd.DataFrame:
    """What is true of everybody, for the figures with at least ten expected cases."""
    found = {"score": everybody["score"].mean(), "persons": float((everybody["rare"] == "はい").sum())}
    share_drawn = residents.DRAWN / len(everybody)
    for item in ("lonely", "known"):
        for split in DOMAINS:
            keys = [everybody[name] for name in split] or [pd.Series(0, everybody.index)]
            for group, rows in everybody.groupby(keys, observed=True):
                labels = dict(zip(split, group, strict=False)) if split else {}
                name = f"{item} {labels.get('sex', '全体')} {labels.get('age_band', '全体')}"
                trait = rows[item] == "はい"
                if share_drawn * float(rows.loc[trait, "chance"].sum()) >= LEAST_CASES:
                    found[name] = trait.mean()
    return pd.DataFrame({"value": found})


def run(surveys: int, seed: int = 20) -> dict[str, object]:
    """Simulate both worlds."""
    rng = np.random.default_rng(seed)
    everybody = city(rng)
    register = everybody.groupby(["sex", "age_band", "district"], observed=True).size().reset_index(name="n")
    truth = truths(everybody)
    covered: dict[str, list[bool]] = defaultdict(list)
    weighted: dict[str, list[float]] = defaultdict(list)
    plain: dict[str, list[float]] = defaultdict(list)
    for _ in range(surveys):
        sample = open_sample(survey(everybody, everybody["chance"].to_numpy(), rng), register)
        for name, estimate, unweighted, inside in judged(sample, truth):
            covered[name].append(inside)
            weighted[name].append(estimate)
            plain[name].append(unweighted)
    coverage = {name: float(np.mean(flags)) for name, flags in covered.items()}
    bias = {
        name: abs(np.mean(weighted[name]) - value) / abs(np.mean(plain[name]) - value)
        for name, value in truth["value"].items()
        if name in ("lonely 全体 全体", "known 全体 全体", "score")
    }
    more = many(everybody, register, surveys, np.random.default_rng(seed + 1))
    coverage["persons of 2,000 answers"] = more["many_coverage"]
    worst = min(coverage, key=coverage.__getitem__)
    return {
        "surveys": surveys,
        "figures": len(coverage),
        "coverage_min": coverage[worst],
        "coverage_worst": worst,
        "coverage": coverage,
        "bias_after_weighting": max(bias.values()),
        "bias": bias,
        **more,
        **silent(everybody, register, truth, surveys, rng),
    }


def many(
    everybody: pd.DataFrame, register: pd.DataFrame, surveys: int, rng: np.random.Generator
) -> dict[str, float]:
    """The world of 2,000 answers: how often the number holds the truth, by the error stated for the register."""
    chance = everybody["chance"].to_numpy()
    drawn = round(MANY_ANSWERS / float(chance.mean()))
    yes = ["はい", "いいえ"]
    rare = np.where(rng.random(len(everybody)) < RARE_CASES / MANY_ANSWERS, *yes)
    city = everybody.assign(rare=pd.Categorical(rare, yes))
    value = float((city["rare"] == "はい").sum())
    told: dict[str, list[float]] = defaultdict(list)
    for _ in range(surveys):
        wrong = register.assign(n=register["n"] * (1 + REGISTER_ERROR * rng.standard_normal()))
        sample = open_sample(survey(city, chance, rng, drawn), wrong)
        row = persons(sample, {"rare": ("rare", ["はい"])}, REGISTER_ERROR).frame.iloc[0]
        told["many_coverage"].append(row["low"] <= value <= row["high"])
        told["many_answers"].append(len(sample.answers))
        told["many_cases"].append(row["n"])
    return {name: float(np.mean(values)) for name, values in told.items()}


def silent(
    everybody: pd.DataFrame,
    register: pd.DataFrame,
    truth: pd.DataFrame,
    surveys: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """The world in which lonely people answer ten points less often, with the same response as a whole."""
    lonely = (everybody["lonely"] == "はい").to_numpy()
    of_class = everybody.groupby(["sex", "age_band"], observed=True)["lonely"].transform(
        lambda answers: (answers == "はい").mean()
    )
    chance = everybody["chance"].to_numpy() + GAP * of_class.to_numpy(float) - GAP * lonely
    value = float(truth.loc["lonely 全体 全体", "value"])
    held: dict[str, list[bool]] = defaultdict(list)
    for _ in range(surveys):
        sample = open_sample(survey(everybody, np.clip(chance, 0.02, 1), rng), register)
        table = sensitivity(sample, "lonely", "lonely", ["はい"], STATED).frame
        held["bounds"].append(table["low"].iloc[0] <= value <= table["high"].iloc[-1])
        held["right"].append(table["low"].iloc[2] <= value <= table["high"].iloc[2])
        held["weighted"].append(table["low"].iloc[0] <= value <= table["high"].iloc[0])
        answers = (sample.answers["lonely"] == "はい").to_numpy()
        peer = wilson(int(answers.sum()), len(answers))
        held["unweighted"].append(peer.low <= value <= peer.high)
    return {
        "bounds_hold": float(np.mean(held["bounds"])),
        "covers_with_the_right_gap": float(np.mean(held["right"])),
        "covers_when_silence_depends_on_the_answer": float(np.mean(held["weighted"])),
        "unweighted_then": float(np.mean(held["unweighted"])),
    }


def main() -> int:
    """Print the figures; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="100 surveys")
    parser.add_argument("--surveys", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    began = time.perf_counter()
    found = run(100 if asked.quick else asked.surveys)
    found["seconds"] = round(time.perf_counter() - began, 1)
    if asked.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        for name, value in found.items():
            print(f"{name:45} {value}")
    met = {
        "coverage_min": found["coverage_min"] >= BARS["coverage_min"],
        "bias_after_weighting": found["bias_after_weighting"] <= BARS["bias_after_weighting"],
        "bounds_hold": found["bounds_hold"] >= BARS["bounds_hold"],
    }
    return 0 if all(met.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
