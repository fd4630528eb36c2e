"""A national year of records fits into an office PC's memory."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

# VmHWM counts this program alone: after fork and exec, getrusage's ru_maxrss still holds the test runner's own peak.
SCRIPT = """
import numpy as np, pandas as pd
from datetime import date
from ujo_lib.fiscal import Period
from ujo_lib.seasonality import by_date, by_hour, by_month, by_weekday, by_weekday_hour
from ujo_lib.seasonality.counts import contacts, from_aggregate
from ujo_lib.variance import client_codes

rng = np.random.default_rng(1)
n = 337_943
seconds = np.sort(rng.integers(0, 365 * 86400, n))
labels = lambda size: pd.Categorical.from_codes(rng.integers(0, size, n), [f"{i}" for i in range(size)])
times = pd.Series(pd.Timestamp("2023-01-01") + pd.to_timedelta(seconds, unit="s"))
records = pd.DataFrame({
    "client_id": pd.array(np.char.add("K", rng.integers(0, 240_000, n).astype(str)), dtype="string"),
    "received_at": times.dt.tz_localize("Asia/Tokyo"),
    **{name: labels(size) for name, size in
       (("pref", 49), ("channel", 3), ("age_band", 9), ("sex", 4), ("occupation", 8), ("topic", 9), ("loneliness", 5))},
})
counts = from_aggregate(contacts({"consultations": records}), Period(date(2023, 1, 1), date(2023, 12, 31), "2023"))
assert counts.n == n and client_codes(records).max() > 100_000
assert sum(len(f(counts)) for f in (by_month, by_weekday, by_hour, by_weekday_hour, by_date)) == 12 + 7 + 24 + 168 + 365
with open("/proc/self/status") as status:
    print(next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_a_national_year_of_records_is_profiled_within_600_megabytes():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert int(done.stdout) <= 600
