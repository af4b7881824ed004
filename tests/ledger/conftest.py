"""What the tests of the ledger share."""

from pathlib import Path

import pytest

CONFIG = """
[machine]
data_dir = "{data}"
runtime_dir = "{run}"
agent_dir = "{data}/agent"
[gpio]
factory = "lgpio"
[scanner.line]
port = "/dev/kiosk-scanner"
[screen]
surface = "memory"
[[compartment]]
id = "paper"
material = "cardboard"
full_g = 40000
[compartment.scale]
dialect = "st-gs"
unit = "kg"
e_g = 20
min_g = 200
max_g = 60000
[compartment.scale.line]
port = "/dev/kiosk-scale-1"
[compartment.door]
open_pin = 5
close_pin = 6
opened_switch_pin = 13
closed_switch_pin = 19
beam_pin = 26
"""


@pytest.fixture
def machine_file(tmp_path: Path) -> Path:
    """The configuration of a machine whose data folder is ``data`` in the test's own folder."""
    path = tmp_path / "kiosk.toml"
    path.write_text(CONFIG.format(data=tmp_path / "data", run=tmp_path))
    return path
