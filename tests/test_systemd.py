"""The units say what we promise: nobody is root, each process is boxed in, names are stable.

systemd's own tools judge them; that the judges can say no is tested as well.
"""

import itertools
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk import config

UNITS = Path(__file__).resolve().parent.parent / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
MACHINE_SERVICES = ["kiosk-controller.service", "kiosk-screen.service", "kiosk-sync.service"]

# The exposure that `systemd-analyze security` may find, in tenths, as its --threshold wants it.
EXPOSURE_TENTHS_MAX = {
    "kiosk-controller.service": 15,
    "kiosk-endpoint.service": 15,
    "kiosk-screen.service": 10,
    "kiosk-sync.service": 15,
}

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="needs systemd-analyze")


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze, which needs no running systemd for what we ask."""
    command = [str(ANALYZE), *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """Copy the units, with a program that exists where /opt/kiosk does not."""
    for path in [*UNITS.glob("*.service"), *UNITS.glob("*.target")]:
        text = path.read_text(encoding="utf-8")
        text = text.replace("ExecStart=/opt/kiosk/.venv/bin/kiosk ", "ExecStart=/bin/true ")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    return tmp_path


def settings(service: str) -> dict[str, list[str]]:
    """Read a unit as key -> values; systemd's keys may come more than once."""
    found: dict[str, list[str]] = {}
    for line in (UNITS / service).read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def declared(kind: str) -> set[str]:
    """List the users ("u") or groups ("g") that sysusers.d makes; a user brings its group."""
    lines = (UNITS / "sysusers.d/kiosk.conf").read_text(encoding="utf-8").splitlines()
    words = [line.split() for line in lines if line and not line.startswith("#")]
    return {word[1] for word in words if word[0] == "u" or word[0] == kind}


def verify(units: Path) -> subprocess.CompletedProcess[str]:
    """Ask systemd whether it understands every line."""
    files = [*units.glob("*.service"), *units.glob("*.target")]
    return analyze("verify", "--man=no", "--recursive-errors=one", *files)


@needs_systemd
def test_systemd_understands_every_unit(units: Path) -> None:
    done = verify(units)
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_a_misspelled_setting_would_be_noticed(units: Path) -> None:
    path = units / "kiosk-screen.service"
    path.write_text(path.read_text(encoding="utf-8").replace("PrivateTmp=", "PrivateTemp="))
    done = verify(units)
    assert done.returncode != 0
    assert "PrivateTemp" in done.stderr


def security(path: Path) -> subprocess.CompletedProcess[str]:
    """Ask systemd how exposed a service is, and to fail above our limit."""
    threshold = f"--threshold={EXPOSURE_TENTHS_MAX[path.name]}"
    return analyze("security", "--no-pager", "--offline=yes", threshold, path)


@needs_systemd
@pytest.mark.parametrize("service", SERVICES)
def test_each_service_is_boxed_in(units: Path, service: str) -> None:
    done = security(units / service)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_systemd
@pytest.mark.parametrize("service", SERVICES)
def test_a_hole_in_the_box_would_be_noticed(units: Path, service: str) -> None:
    path = units / service
    text = path.read_text(encoding="utf-8")
    holes = ("SystemCallFilter=", "CapabilityBoundingSet=", "RestrictNamespaces=")
    path.write_text(
        "\n".join(line for line in text.splitlines() if not line.startswith(holes)) + "\n"
    )
    assert security(path).returncode != 0


@pytest.mark.parametrize("service", SERVICES)
def test_no_process_runs_as_root(service: str) -> None:
    unit = settings(service)
    (user,) = unit["User"]
    assert user == service.removesuffix(".service")
    assert unit["CapabilityBoundingSet"] == [""]
    assert unit["NoNewPrivileges"] == ["yes"]
    commands = [value for key, values in unit.items() if key.startswith("Exec") for value in values]
    # "+", "!" and "!!" before a command would run it as root.
    assert [command for command in commands if not command.startswith("/opt/kiosk/")] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_user_and_group_is_made(service: str) -> None:
    unit = settings(service)
    assert set(unit["User"]) <= declared("u")
    groups = {group for line in unit.get("SupplementaryGroups", []) for group in line.split()}
    assert groups | set(unit["Group"]) <= declared("g")


@pytest.mark.parametrize(
    ("service", "roles"),
    [
        ("kiosk-controller.service", {"agent", "screen", "service", "status"}),
        ("kiosk-screen.service", {"screen"}),
        ("kiosk-sync.service", {"agent"}),
        ("kiosk-endpoint.service", set()),
    ],
)
def test_each_process_has_its_own_roles_only(service: str, roles: set[str]) -> None:
    groups = " ".join(settings(service).get("SupplementaryGroups", []))
    assert set(re.findall(r"kiosk-role-(\w+)", groups)) == roles


def test_a_client_of_a_role_is_a_member_by_name_too() -> None:
    """The controller looks a peer up in the group database, not in the peer's own list."""
    text = (UNITS / "sysusers.d/kiosk.conf").read_text(encoding="utf-8")
    members = set(re.findall(r"^m (\S+) +(\S+)$", text, flags=re.MULTILINE))
    assert members == {
        ("kiosk-screen", "kiosk-role-screen"),
        ("kiosk-sync", "kiosk-role-agent"),
    }


@pytest.mark.parametrize("service", MACHINE_SERVICES)
def test_each_process_is_watched_and_comes_back(service: str) -> None:
    unit = settings(service)
    assert unit["Type"] == ["notify"]
    assert unit["Restart"] == ["always"]
    assert unit["WatchdogSec"]
    assert unit["StartLimitBurst"]
    assert unit["PartOf"] == ["kiosk.target"]


@pytest.mark.parametrize("service", ["kiosk-controller.service", "kiosk-screen.service"])
def test_only_the_agent_has_a_network(service: str) -> None:
    unit = settings(service)
    assert unit["PrivateNetwork"] == ["yes"]
    assert unit["RestrictAddressFamilies"] == ["AF_UNIX"]


@pytest.mark.parametrize("service", SERVICES)
def test_the_command_line_knows_what_the_unit_starts(service: str) -> None:
    """A unit and the command line drift apart quietly: nobody starts units at a desk."""
    (command,) = settings(service)["ExecStart"]
    _program, *arguments = command.split()
    words = list(itertools.takewhile(str.isalpha, arguments))
    done = subprocess.run(
        [sys.executable, "-c", "import kiosk.cli.main as cli; cli.main()", *words, "--help"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    options = [argument for argument in arguments if argument.startswith("--")]
    assert [option for option in options if option not in done.stdout] == []


def test_no_process_takes_another_down_with_it() -> None:
    hard = {"BindsTo", "Requires", "Requisite"}
    for name in [*SERVICES, "kiosk.target"]:
        assert not hard & settings(name).keys()


def test_the_directories_belong_to_users_that_are_made() -> None:
    lines = (UNITS / "tmpfiles.d/kiosk.conf").read_text(encoding="utf-8").splitlines()
    words = [line.split() for line in lines if line and not line.startswith("#")]
    assert {word[3] for word in words} <= declared("u") | {"root"}
    assert {word[4] for word in words} <= declared("g") | {"root"}


def udev_lines() -> list[str]:
    """Return the udev rules without comments."""
    lines = (UNITS / "udev/60-kiosk.rules").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


UDEV_PAIR = re.compile(r'[A-Z]+(\{[A-Za-z_/]+\})?(==|!=|\+=|:=|=)"[^"]*"')


def test_the_udev_rules_are_well_formed() -> None:
    for line in udev_lines():
        for pair in line.split(", "):
            assert UDEV_PAIR.fullmatch(pair), f"udev would refuse {pair!r} in {line!r}"
    jumps = set(re.findall(r'GOTO="(\w+)"', "\n".join(udev_lines())))
    assert jumps == set(re.findall(r'LABEL="(\w+)"', "\n".join(udev_lines())))


def test_each_name_belongs_to_one_physical_port() -> None:
    """By port path, never by serial number: cheap adaptors have none."""
    links = [line for line in udev_lines() if "SYMLINK+=" in line]
    (touch,) = [line for line in links if "ID_INPUT_TOUCHSCREEN" in line]
    links.remove(touch)
    ports = [re.findall(r'ENV\{ID_PATH\}=="([^"]+)"', line) for line in links]
    names = [re.findall(r'SYMLINK\+="([^"]+)"', line) for line in links]
    assert all(len(port) == 1 for port in ports)
    assert len({port[0] for port in ports}) == len(links)
    assert len({name[0] for name in names}) == len(links)
    assert all(re.fullmatch(r"kiosk/(scale-[a-z]+|scanner)", name[0]) for name in names)
    assert "ID_MM_DEVICE_IGNORE" in "\n".join(udev_lines())


def test_the_example_configuration_fits_units_and_udev_rules() -> None:
    path = UNITS / "kiosk.toml.example"
    example = config.parse(path.read_bytes(), path.name)
    controller = settings("kiosk-controller.service")
    agent = settings("kiosk-sync.service")
    assert [str(example.machine.data_dir)] == [f"/var/lib/{controller['StateDirectory'][0]}"]
    assert [str(example.machine.runtime_dir)] == [f"/run/{controller['RuntimeDirectory'][0]}"]
    assert [str(example.machine.agent_dir)] == [f"/var/lib/{agent['StateDirectory'][0]}"]
    ports = {str(one.scale.line.port) for one in example.compartment}
    ports.add(str(example.scanner.line.port))
    names = re.findall(r'SYMLINK\+="([^"]+)"', "\n".join(udev_lines()))
    assert ports | {str(example.screen.touch)} == {f"/dev/{name}" for name in names}
    terminal = settings("kiosk-screen.service")["TTYPath"]
    assert example.screen.surface == "framebuffer" and [str(example.screen.console)] == terminal
