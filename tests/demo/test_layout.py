"""The demo's configuration is one that the strict reader takes, and its ports are remembered."""

from pathlib import Path

import pytest

from kiosk import config
from kiosk.demo.errors import DemoError
from kiosk.demo.layout import BINS, PRICES_E4, Layout


@pytest.fixture
def layout(short_tmp: Path) -> Layout:
    run = short_tmp / "run"
    run.mkdir()
    return Layout(short_tmp / "machine", run)


def test_the_written_configuration_is_valid_and_has_two_dialects(layout: Layout) -> None:
    settings = config.parse(layout_text(layout), "kiosk.toml")
    assert [one.id for one in settings.compartment] == [one.id for one in BINS]
    assert {one.material for one in settings.compartment} == set(PRICES_E4)
    dialects = [one.scale.dialect for one in settings.compartment]
    assert sorted(dialects) == ["mt-sics", "mt-sics", "st-gs", "st-gs"]
    assert all(5 <= one.scale.e_g <= 20 for one in settings.compartment)
    assert settings.gpio.factory == "virtual"
    for one in settings.compartment:
        assert one.scale.line.port.parent == layout.run


def layout_text(layout: Layout) -> bytes:
    layout.prepare()
    return layout.config.read_bytes()


def test_a_strange_path_is_written_so_that_it_is_read_back(short_tmp: Path) -> None:
    layout = Layout(short_tmp / 'a "quoted" \\ 纸', short_tmp)
    settings = config.parse(layout_text(layout), "kiosk.toml")
    assert settings.machine.data_dir == layout.ledger_home


def test_ports_are_remembered_for_the_next_time(layout: Layout) -> None:
    layout.home.mkdir()
    assert layout.remembered_ports() == (0, 0)
    layout.remember_ports(4001, 4002)
    assert layout.remembered_ports() == (4001, 4002)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cable": "x", "endpoint": 1}'])
def test_a_foreign_ports_file_is_told(layout: Layout, text: str) -> None:
    layout.home.mkdir()
    layout.ports.write_text(text)
    with pytest.raises(DemoError, match=r"ports\.json.*--dir"):
        layout.remembered_ports()


def test_paths_too_long_for_sockets_are_told(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    with pytest.raises(DemoError, match="TMPDIR"):
        Layout(tmp_path, deep).prepare()


def test_a_home_that_cannot_be_made_is_told(short_tmp: Path) -> None:
    (short_tmp / "file").write_text("")
    with pytest.raises(DemoError, match="--dir"):
        Layout(short_tmp / "file" / "machine", short_tmp).prepare()
