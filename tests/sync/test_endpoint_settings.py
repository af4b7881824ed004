"""What the operator says in its settings: how long a refused machine takes deposits, what recycling
saves and who says so, and what its materials are called."""

import argparse

import pytest

from kiosk.cli import endpoint as command
from kiosk.cli.endpoint_settings import settings_of
from kiosk.documents import Effect
from kiosk.envelope import TrustError
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator
from sync.endpoint.prices import MATERIALS
from ui.meaning import MATERIALS as DRAWN
from ui.words import all_words


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.run(parser.parse_args(words))


@pytest.mark.parametrize(("days", "said"), [("0", "for ever"), ("45", "for 45 days")])
def test_patience_is_signed_and_keeps_the_other_settings(
    desk: Operator, days: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert settings_of(desk).refused_days == 30
    run("phones", str(desk.directory), "--key", "11" * 32)
    assert run("patience", str(desk.directory), "--days", days) == 0
    settings = settings_of(desk)
    assert (settings.refused_days, settings.contact) == (int(days), "400-000-0000")
    assert settings.phones is not None
    assert capsys.readouterr().out.endswith(f"deposits go on {said}\n")


@pytest.mark.parametrize("days", ["-1", "3651"])
def test_patience_that_no_machine_would_read_is_refused(desk: Operator, days: str) -> None:
    with pytest.raises(EndpointError, match="--days"):
        run("patience", str(desk.directory), "--days", days)
    assert settings_of(desk).refused_days == 30


# ---- what is saved, and what things are called ----


def test_factors_are_signed_with_their_source_and_can_be_taken_back(desk: Operator) -> None:
    assert settings_of(desk).effect is None, "no operator's factor is ours to know"
    run("patience", str(desk.directory), "--days", "45")
    factors = ("--factor", "paper=3400", "--factor", "metal=4800")
    sources = ("--source", "zh=手册 2026", "--source", "en=A handbook = good")
    assert run("effect", str(desk.directory), *factors, *sources, "--car", "250") == 0
    said = {"zh": "手册 2026", "en": "A handbook = good"}
    assert settings_of(desk).effect == Effect({"paper": 3_400, "metal": 4_800}, said, 250)
    assert settings_of(desk).refused_days == 45
    assert run("effect", str(desk.directory), "--off") == 0
    assert settings_of(desk).effect is None


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--factor", "paper=3400"), "--source is missing"),
        (("--source", "en=A handbook"), "--factor is missing"),
        (("--factor", "paper=3.4", "--source", "en=A handbook"), "no whole number"),
        (("--factor", "papre=3400", "--source", "en=A handbook"), "did you mean paper"),
        (("--factor", "paper=", "--source", "en=A handbook"), "KEY=VALUE"),
    ],
)
def test_factors_that_nobody_could_check_are_refused(
    desk: Operator, words: tuple[str, ...], error: str
) -> None:
    with pytest.raises(EndpointError, match=error):
        run("effect", str(desk.directory), *words)
    assert settings_of(desk).effect is None


def test_a_language_that_is_none_is_not_signed(desk: Operator) -> None:
    with pytest.raises(TrustError):
        run("effect", str(desk.directory), "--factor", "paper=1", "--source", "English=A handbook")


def test_a_material_is_named_and_its_own_word_comes_back(desk: Operator) -> None:
    where = str(desk.directory)
    run("material", where, "foam", "--name", "zh=泡沫箱", "--name", "en=Foam boxes")
    run("material", where, "paper", "--name", "zh=纸板")
    run("effect", where, "--factor", "foam=900", "--source", "en=A handbook")
    foam = {"zh": "泡沫箱", "en": "Foam boxes"}
    assert settings_of(desk).materials == {"foam": foam, "paper": {"zh": "纸板"}}
    run("material", where, "paper", "--off")
    assert settings_of(desk).materials == {"foam": foam}
    with pytest.raises(EndpointError, match="--name is missing"):
        run("material", where, "glass")
    with pytest.raises(EndpointError, match="cannot be a material"):
        run("material", where, "Glass!", "--name", "zh=玻璃")


def test_the_desk_knows_the_materials_that_the_screen_knows_by_the_same_names() -> None:
    words = all_words()["zh"]
    assert {name: words.material(name) for name in DRAWN} == MATERIALS
