"""The kiosk as pip installs it: modules in plain folders, compiled, and the command.

The environment of a desk finds its modules through an editable install's own finder and may be told
to compile nothing; a machine has neither, so a start is measured on an installation of its own.
"""

import compileall
import shutil
import sys
import sysconfig
import venv
from pathlib import Path

HOME = Path("build/bench-install")
PACKAGES = ("kiosk", "ui")
SCRIPT = """#!{python}
import re
import sys
from kiosk.cli.main import main
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit(main())
"""
"""What pip writes for a command (its entry points, as distlib words them)."""


def install() -> Path:
    """Install the working tree's code; returns the command. Libraries are the desk's own."""
    home = HOME.resolve()
    shutil.rmtree(home, ignore_errors=True)
    venv.create(home, symlinks=True)
    site = home / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    for package in PACKAGES:
        shutil.copytree(package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
        compileall.compile_dir(site / package, quiet=2)
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    command = home / "bin" / "kiosk"
    command.write_text(SCRIPT.format(python=home / "bin" / "python"), encoding="utf-8")
    command.chmod(0o755)
    return command
