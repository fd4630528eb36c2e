"""Which numbers and addresses are one, and which signs of a program or a disk are none."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib.disclosure.gate.patterns import contacts, forbidden, forbidden_across_lines
from ujo_lib.facts import MAIL

NOTHING = contacts("")


@pytest.mark.parametrize(
    "written",
    ["0964-32-1111", "0964(32)1111", "+81-964-32-1111", "+81(0)964-32-1111", "0081-964-32-1111",
     "010-81-964-32-1111", "０９６４－３２－１１１１"],
)  # fmt: skip
def test_a_telephone_number_is_one_from_wherever_it_is_dialled(written: str) -> None:
    assert contacts(written)["phone"] == {"0964321111"}
    assert not list(forbidden(written, contacts("0964-32-1111"), None))
    assert list(forbidden(written, contacts("0964-32-1112"), None)) == ["phone"]


def test_a_number_that_only_begins_like_one_from_abroad_is_dialled_as_it_stands() -> None:
    """0810 is an area's: without a plus 81 is no country."""
    assert contacts("081-234-5678")["phone"] == {"0812345678"}


@pytest.mark.parametrize(("letters", "whole"), [(63, True), (64, True), (65, False)])
def test_an_address_has_up_to_sixty_four_characters_before_its_sign(letters: int, whole: bool) -> None:
    (found,) = contacts("、" + "a" * letters + "@example.jp")["mail"]
    assert (len(found) == letters + len("@example.jp")) is whole


def test_addresses_are_one_in_whatever_case_and_each_is_found() -> None:
    assert contacts("Taro@Example.JP、hana@example.jp、taro@example.jp")["mail"] == {
        "taro@example.jp",
        "hana@example.jp",
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0964321111", []),  # ends of two lines may make it
        ("0964-321111", []),
        ("0964-32-1111", ["phone"]),
        ("0964(32)1111", ["phone"]),
        ("0120-000-111", []),
        ("0120(000)111", []),
        ("0964-32-1111 a@example.jp", ["phone", "mail"]),
        ("受付soudan@city.example.jp受付", []),
        ("xsoudan@city.example.jpx", []),
        ("SOUDAN@city.example.jp", []),
        ("a@city.example.jp", ["mail"]),
    ],
)
def test_where_line_ends_are_gone_a_number_has_two_marks_and_the_offices_own_contacts_may_have_neighbours(
    text: str, found: list[str]
) -> None:
    public = contacts("0120-000-111 soudan@city.example.jp")
    assert list(forbidden_across_lines(text, public)) == found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Traceback (most recent call last)", "traceback"),
        ('File "a.py", line 3', "traceback"),
        ('File "a.py", line', ""),
        ("ipykernel_12", "traceback"),
        ("ipykernel_", ""),
        ("----> 3 x", "traceback"),
        ("--> 3 x", ""),
        ("\x1b[31m", "traceback"),
        ("Cell In[3]", "traceback"),
        ("ValueError: x", "traceback"),
        ("SomeException: x", "traceback"),
        ("Error: x", ""),  # of no kind: a word of a page
        ("ERror: x", ""),
        ("import os", "code"),
        ("\timport os.path", "code"),
        ("an import os", ""),
        ("from math import pi", "code"),
        ("from math", ""),
        ("def f(x): y", "code"),
        ("def f(x)", ""),
        ("%matplotlib inline", "code"),
        ("In [3]:", "code"),
        ("In [3]", ""),
        ("Pin [3]:", ""),
        ("Out[3]:", "code"),
        ("Out[]:", ""),
        ("ujo_lib", "code"),
        ("xujo_lib", ""),
        ("ujo_library", ""),
        ("page.publish(", "code"),
        ("page.published(", ""),
        ("homepage.publish(", ""),
        ("page.say(", "code"),
        ("jp-InputArea-editor", "code"),
    ],
)
def test_what_a_program_leaves_behind_is_told_from_words_that_resemble_it(text: str, kind: str) -> None:
    assert list(forbidden(text, NOTHING, None)) == ([kind] if kind else [])
    assert list(forbidden(f"前の行\n{text}\n次の行", NOTHING, None)) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("C:\\福祉", True),
        ("AC:\\福祉", False),
        ("C:\\", True),
        ("Q:\\nA", False),  # an end of a line
        ("C:\\nas\\a", True),
        ("c:/users/a", True),
        ("c:/福祉", False),
        ("C:/福祉", True),
        ("C://x", False),
        ("\\\\server\\a", True),
        ("\\server\\a", False),
        ("/home/a", True),
        ("x/home/a", False),
        ("/homes/a", False),
        ("file://a", True),
        ("xfile:/a", False),
        ("https://a.jp/home/x", False),
        ("~/a/", True),
        ("~/a", False),
        ("%TEMP%", True),
        ("%TEMPO%", False),
        ("$HOME/a", True),
        ("${HOME}", True),
        ("$HOMES", False),
    ],
)
def test_a_place_on_a_disk_is_told_from_what_resembles_it(text: str, found: bool) -> None:
    assert ("path" in set(forbidden(text, NOTHING, None))) is found


def test_each_kind_is_told_once_however_often_it_stands_there() -> None:
    text = "090-1234-5678 090-1234-5679 a@example.jp b@example.jp /home/a /home/b 山田太郎 山田太郎"
    assert list(forbidden(text, NOTHING, re.compile("山田"))) == ["phone", "mail", "path", "user"]


@pytest.mark.parametrize("between", [1, 2, 30, 46, 47, 64, 65, 66, 254, 255, 256, 400])
@pytest.mark.parametrize("first", ["soudan@city.example.jp", "★3.5", "@media"])
def test_a_persons_address_is_found_however_near_the_offices_own_or_another_sign_stands(
    first: str, between: int
) -> None:
    public = contacts("soudan@city.example.jp")
    for text in (f"{first}{'、' * between}taro@example.jp", f"taro@example.jp{'、' * between}{first}"):
        assert list(forbidden(text, public, None)) == ["mail"]
        assert list(forbidden_across_lines(text, public)) == ["mail"]
    assert not list(forbidden(first, public, None))


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.sampled_from(["a@b.jp", "x(at)c.co.jp", "@", "★", "b", ".", " ", "、", "(at)", "jp"]), max_size=30
    )
)
def test_addresses_are_those_that_the_mask_would_take_away(parts: list[str]) -> None:
    text = "".join(parts)
    assert contacts(text)["mail"] == {found[0].casefold() for found in MAIL.finditer(text)}
