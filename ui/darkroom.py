"""Makes old pictures again from the commit that accepted them, for a desk that did not keep them.

Fingerprints are in git and pictures are not (``ui.goldens``). The commit that last wrote the
fingerprints can draw what they are of: its tree is unpacked beside this one and asked for the
plates by its own ``ui.gallery``. Whatever does not have the accepted fingerprint is not kept.
"""

import io
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from PIL import Image

from ui import goldens
from ui.plates import fingerprint

PARTS = ("kiosk", "ui", "tests/ui/goldens.json")
"""What drawing a plate takes."""
EASED = "-eased"


def restore(
    plates: Iterable[str],
    accepted: Mapping[str, str],
    kept: Path = goldens.KEPT,
    root: Path = Path(),
) -> frozenset[str]:
    """See to it that the accepted pictures of ``plates`` lie in ``kept``, as far as git has them.

    Returns the plates that lie there now. An accepted picture that this desk kept is not drawn
    again; one that it kept of an earlier look is thrown away.
    """
    wanted = {one for one in plates if one in accepted}
    missing = {one for one in wanted if not _is_accepted(kept, one, accepted)}
    if missing:
        for plate in missing:
            goldens.plate_file(kept, plate).unlink(missing_ok=True)
        _draw(missing, accepted, kept, root)
    return frozenset(one for one in wanted if goldens.plate_file(kept, one).exists())


def _is_accepted(directory: Path, plate: str, accepted: Mapping[str, str]) -> bool:
    file = goldens.plate_file(directory, plate)
    if not file.exists():
        return False
    with Image.open(file) as image:
        return fingerprint(image) == accepted[plate]


def _draw(plates: Collection[str], accepted: Mapping[str, str], kept: Path, root: Path) -> None:
    """Let the commit that wrote the fingerprints draw the plates; keep those that are accepted."""
    commit = _git(root, "log", "-1", "--format=%H", "--", str(goldens.FILE)).decode().strip()
    tree = _git(root, "archive", commit, *PARTS) if commit else b""
    if not tree:
        return
    with tempfile.TemporaryDirectory() as name:
        beside = Path(name)
        with tarfile.open(fileobj=io.BytesIO(tree)) as archive:
            archive.extractall(beside, filter="data")
        for (panel, look), names in _sittings(plates).items():
            chosen = ("--panel", panel, "--look", look, "--only", ",".join(sorted(names)))
            command = (sys.executable, "-m", "ui.gallery", "--accept", *chosen)
            subprocess.run(command, cwd=beside, check=False, capture_output=True)
        kept.mkdir(parents=True, exist_ok=True)
        for plate in plates:
            if _is_accepted(beside / goldens.KEPT, plate, accepted):
                old = goldens.plate_file(beside / goldens.KEPT, plate)
                goldens.plate_file(kept, plate).write_bytes(old.read_bytes())


def _sittings(plates: Collection[str]) -> Mapping[tuple[str, str], set[str]]:
    """The samples to ask for, by panel and look: a gallery draws all languages of them."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for plate in plates:
        panel, _, look, name = plate.split("/")
        found[panel, look].add(name.removesuffix(EASED))
    return found


def _git(root: Path, *words: str) -> bytes:
    """What git says; nothing where there is no git, no repository or no such commit."""
    try:
        done = subprocess.run(("git", *words), cwd=root, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return b""
    return done.stdout
