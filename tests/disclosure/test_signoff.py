"""Two people let a release go; nobody else can, and nothing they let go can be changed."""

import json
from datetime import date
from pathlib import Path

import minisign
import pytest

from tests.disclosure.people_with_keys import NAMES, pairs, publics, secrets
from ujo_lib.disclosure.keys import key_id
from ujo_lib.disclosure.signature import SIGN_OFF, SIGNATURES, SUMS, SealError, seal
from ujo_lib.disclosure.signoff import Approval, sign_off, verify

DAY = date(2024, 10, 31)
PASSED = {"audit": {"ok": True}, "gate": {"ok": True, "files": 2}}


def signed(folder: Path, approval: Approval) -> Path:
    for name, content in sign_off(folder, approval, "sample_fy2023").items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    (folder / "tables").mkdir(parents=True)
    (folder / "report.html").write_text("<p>報告</p>", encoding="utf-8")
    (folder / "tables" / "表1.csv").write_text("区分,件数\n", encoding="utf-8")
    seal(folder, PASSED)
    return folder


@pytest.fixture
def release(sealed: Path) -> Path:
    return signed(sealed, Approval(NAMES, DAY, secrets()))


def test_an_untouched_release_is_proven_by_both_keys_and_names_both_people(release: Path) -> None:
    seen = verify(release, publics())
    assert seen.ok
    assert seen.proven
    assert (seen.signed_by, seen.signed_on, seen.release) == (NAMES, "2024-10-31", "sample_fy2023")
    assert seen.signed_with == tuple(map(key_id, publics()))
    assert seen.checks["gate"]["files"] == 2


def test_without_public_keys_a_signed_release_is_not_called_proven(release: Path) -> None:
    seen = verify(release)
    assert seen.ok
    assert not seen.proven


def test_names_without_keys_say_that_they_prove_nothing_and_do_not_pass_for_signatures(sealed: Path) -> None:
    signed(sealed, Approval(NAMES, DAY))
    assert "証明されません" in json.loads((sealed / SIGN_OFF).read_text(encoding="utf-8"))["note"]
    assert verify(sealed).ok
    assert verify(sealed).signed_with == ()
    assert len(verify(sealed, publics()).problems) == 2


def test_the_sign_off_is_the_last_file_to_be_written(sealed: Path) -> None:
    assert [*sign_off(sealed, Approval(NAMES, DAY, secrets()), "x")] == [*SIGNATURES, SIGN_OFF]


@pytest.mark.parametrize("keys", [(), "both"], ids=["without public keys", "with public keys"])
def test_signatures_that_are_gone_exchanged_doubled_or_too_many_are_found(release: Path, keys) -> None:
    known = publics() if keys else ()
    first, second = ((release / name).read_bytes() for name in SIGNATURES)

    def told(*contents: bytes | None) -> bool:
        for name, content in zip(SIGNATURES, contents, strict=True):
            (release / name).unlink(missing_ok=True)
            if content is not None:
                (release / name).write_bytes(content)
        return any("そろっていない" in problem for problem in verify(release, known).problems)

    assert not told(first, second)
    assert verify(release, known).ok
    for contents in (
        (None, None),
        (first, None),
        (None, second),
        (second, first),
        (first, first),
        (b"", b"x"),
    ):
        assert told(*contents)


def test_a_record_of_names_alone_has_no_signatures_beside_it(release: Path) -> None:
    made = sign_off(release, Approval(NAMES, DAY), "sample_fy2023")
    (release / SIGN_OFF).write_bytes(made[SIGN_OFF])
    assert not verify(release).ok


@pytest.mark.parametrize("name", ["report.html", SUMS, SIGN_OFF, *SIGNATURES])
def test_one_more_byte_anywhere_voids_the_sign_off(release: Path, name: str) -> None:
    with (release / name).open("ab") as file:
        file.write(b"\n ")
    assert not verify(release, publics()).ok
    assert verify(release, publics()).signed_by == ()


def test_names_and_day_in_the_record_are_signed_too(release: Path) -> None:
    record = json.loads((release / SIGN_OFF).read_text(encoding="utf-8"))
    for change in ({"signed_by": ["偽者一", "偽者二"]}, {"on": "2025-01-01"}, {"release": "other_fy2020"}):
        (release / SIGN_OFF).write_text(json.dumps(record | change), encoding="utf-8")
        assert verify(release).ok, "without keys the forger is not found out, which is why verify says so"
        assert len(verify(release, publics()).problems) == 2


def test_a_release_signed_by_one_of_the_two_and_somebody_else_is_not_proven(sealed: Path) -> None:
    one, _, forger = pairs()
    signed(sealed, Approval(NAMES, DAY, (one.secret_key, forger.secret_key)))
    assert verify(sealed, publics()).problems == (
        f"鍵 {key_id(publics()[1])} による、この内容と承認の記録への署名がない。",
    )


@pytest.mark.parametrize(
    "record",
    [
        "[]",
        "{}",
        '{"signed_by": 5}',
        '{"signed_by": ["a", " A "]}',
        '{"signed_by": [[], {}]}',
        '{"signed_by": ["a", "b"], "keys": 5}',
        '{"signed_by": ["a", "b"], "keys": [5, {}]}',
        "x",
    ],
)
def test_a_record_of_another_shape_is_a_finding_and_no_traceback(release: Path, record: str) -> None:
    (release / SIGN_OFF).write_text(record, encoding="utf-8")
    assert not verify(release).ok


@pytest.mark.parametrize(
    "other",
    [
        "若葉 花子",
        "若葉\u3000花子",
        "若葉\u00a0花子",
        "若\t葉花子",
        "若葉\u2009花子 ",
        "若葉\u200b花子",
        "",
        " ",
    ],
)
def test_the_same_name_with_and_without_a_blank_is_one_person(other: str) -> None:
    with pytest.raises(SealError, match="異なる2人"):
        Approval(("若葉花子", other), DAY)


@pytest.mark.parametrize("pair", [("髙橋一", "高橋一"), ("ヤマダ", "ヤマダ"), ("Yamada Ann", "YAMADA ANN")])
def test_two_spellings_of_a_name_are_one_person(pair: tuple[str, str]) -> None:
    with pytest.raises(SealError, match="異なる2人"):
        Approval(pair, DAY)


def test_one_key_cannot_sign_for_two_people() -> None:
    with pytest.raises(SealError, match="別の鍵"):
        Approval(NAMES, DAY, secrets()[:1])
    with pytest.raises(SealError, match="別の鍵"):
        Approval(NAMES, DAY, secrets()[:1] * 2)
    again = minisign.SecretKey.from_bytes(bytes(secrets()[0]))
    again._keynum_sk.key_id = bytes(8)  # what an edited file has
    assert again.get_public_key() != publics()[0]
    with pytest.raises(SealError, match="別の鍵"):
        Approval(NAMES, DAY, (secrets()[0], again))


@pytest.mark.parametrize(
    ("day", "accepted"),
    [(9, False), (10, True), (11, True), (19, True), (20, True), (21, False)],
)
def test_nobody_signs_before_the_release_was_made_or_in_the_future(day: int, accepted: bool) -> None:
    approval = Approval(NAMES, date(2024, 10, day))
    limits = date(2024, 10, 10), date(2024, 10, 20)
    if accepted:
        approval.require_day(*limits)
    else:
        with pytest.raises(SealError, match="2024-10-10"):
            approval.require_day(*limits)


@pytest.mark.parametrize(("made", "told"), [(20, "から今日"), (21, "created_on を直し")])
def test_pages_whose_day_has_not_come_are_sent_back_to_that_day_and_not_to_an_empty_span(
    made: int, told: str
) -> None:
    with pytest.raises(SealError, match=told):
        Approval(NAMES, date(2024, 10, 22)).require_day(date(2024, 10, made), date(2024, 10, 20))


def test_a_folder_that_changed_or_failed_a_check_is_not_signed(sealed: Path) -> None:
    (sealed / "report.html").write_text("<p>改訂</p>", encoding="utf-8")
    with pytest.raises(SealError, match=r"report\.html が変わっている"):
        sign_off(sealed, Approval(NAMES, DAY, secrets()), "x")
    seal(sealed, {"gate": {"ok": False}})
    with pytest.raises(SealError, match="gate"):
        sign_off(sealed, Approval(NAMES, DAY, secrets()), "x")
