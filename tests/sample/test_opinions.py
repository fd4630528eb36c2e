"""What commissioners wrote leads to family support, as published."""

import pandas as pd


def test_family_support_is_the_leading_need_and_the_leading_opinion(city):
    needs = city.cases["必要な支援(複数)"].dropna().astype(str).str.normalize("NFKC").str.split(",").explode()
    counts = needs.value_counts()
    assert counts.index[0] == "2"
    assert counts.iloc[0] > counts.iloc[1]
    opinions = pd.Series([t for found in city.truth["survey"]["opinion_themes"].values() for t in found])
    assert opinions.value_counts().idxmax() == "family_support"
