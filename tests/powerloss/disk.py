"""A disk that keeps its word and nothing more: what was not flushed may be there, torn, or not.

What a flush (fsync of the file, or of the folder for names) has covered is durable. At a cut,
of everything else an arbitrary part survives: each write whole, in some of its sectors, or not
at all, in whatever order the drive liked; each name as if the folder had been written or not.
Two kinds of file system are played: one whose names survive in order up to some point (a
journal), and one that owes nobody any order.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.powerloss.journal import Change, Cut, Made, Named, Removed, Synced, Written

SECTOR = 512
SURVIVAL = (0.0, 0.3, 0.7, 1.0)
"""How likely one unflushed change survives a cut; one of these is drawn for each cut."""


@dataclass
class _Entry:
    """One change of a folder's names, atomic: names to what they stand for, None: gone."""

    number: int
    names: dict[str, "_Node | None"]


@dataclass(eq=False)
class _Node:
    """A file or a folder, as durable and as the kernel shows it."""

    folder: bool
    durable: bytearray = field(default_factory=bytearray)
    pending: list[Written | Cut] = field(default_factory=list)
    durable_names: dict[str, "_Node"] = field(default_factory=dict)
    names: dict[str, "_Node"] = field(default_factory=dict)
    entries: list[_Entry] = field(default_factory=list)


class Disk:
    """Takes the changes in their order; at any of them the power may fail."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._tree = _Node(folder=True)
        self._nodes: dict[int, _Node] = {}
        self._number = 0

    def take(self, change: Change) -> None:
        """The kernel was told this."""
        self._number += 1
        match change:
            case Made(path=path) if path == self._root:
                self._nodes[change.inode] = self._tree
            case Made():
                node = self._nodes[change.inode] = _Node(change.folder)
                self._rename({change.path: node})
            case Written() | Cut():
                self._nodes[change.inode].pending.append(change)
            case Synced():
                self._sync(self._nodes[change.inode])
            case Named():
                node = self._find(change.old)
                self._rename({change.new: node} | ({change.old: None} if change.moved else {}))
            case Removed():
                self._rename({change.path: None})

    def shown(self, path: Path) -> bytes:
        """A file as the running machine sees it."""
        node = self._find(str(path))
        whole = bytearray(node.durable)
        for change in node.pending:
            _apply(whole, change)
        return bytes(whole)

    def cut(self, chance: random.Random, place: Path) -> None:
        """Write to ``place``, an empty folder, what the disk may hold when power returns."""
        ordered = chance.random() < 0.5
        survival = chance.choice(SURVIVAL)
        last = self._number - chance.randrange(40) if ordered and chance.random() < 0.7 else 0

        def survives(entry: _Entry) -> bool:
            return entry.number <= last if ordered else chance.random() < survival

        def write(node: _Node, where: Path) -> None:
            names = dict(node.durable_names)
            for entry in node.entries:
                if survives(entry):
                    _enter(names, entry)
            for name, child in names.items():
                if child.folder:
                    (where / name).mkdir()
                    write(child, where / name)
                else:
                    (where / name).write_bytes(_left(child, chance, survival))
                    (where / name).chmod(0o600)

        write(self._tree, place)

    def _sync(self, node: _Node) -> None:
        for change in node.pending:
            _apply(node.durable, change)
        node.pending.clear()
        for entry in node.entries:
            _enter(node.durable_names, entry)
        node.entries.clear()

    def _rename(self, paths: dict[str, _Node | None]) -> None:
        """Change names, all at once within a folder."""
        by_folder: dict[str, dict[str, _Node | None]] = {}
        for path, node in paths.items():
            folder, _, name = path.rpartition("/")
            by_folder.setdefault(folder, {})[name] = node
        for folder, names in by_folder.items():
            entry = _Entry(self._number, names)
            node = self._find(folder)
            node.entries.append(entry)
            _enter(node.names, entry)

    def _find(self, path: str) -> _Node:
        node = self._tree
        for name in path.removeprefix(self._root).strip("/").split("/"):
            if name:
                node = node.names[name]
        return node


def _enter(names: dict[str, _Node], entry: _Entry) -> None:
    for name, node in entry.names.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


def _apply(data: bytearray, change: Written | Cut) -> None:
    match change:
        case Cut(size=size):
            del data[size:]
            data.extend(bytes(size - len(data)))
        case Written(offset=offset, data=new):
            if offset > len(data):
                data.extend(bytes(offset - len(data)))
            data[offset : offset + len(new)] = new


def _left(node: _Node, chance: random.Random, survival: float) -> bytes:
    """What a cut leaves of a file."""
    data = bytearray(node.durable)
    for change in node.pending:
        if chance.random() >= survival:
            continue
        if isinstance(change, Written) and chance.random() < 0.5:
            for part in _torn(change, chance):
                _apply(data, part)
        else:
            _apply(data, change)
    return bytes(data)


def _torn(change: Written, chance: random.Random) -> list[Written]:
    """Some of a write's sectors, as they lie on the disk."""
    parts: list[Written] = []
    start = change.offset
    end = change.offset + len(change.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        if chance.random() < 0.5:
            data = change.data[start - change.offset : stop - change.offset]
            parts.append(Written(change.inode, start, data))
        start = stop
    return parts
