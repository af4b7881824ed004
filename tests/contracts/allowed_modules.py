"""An import contract that lists what is allowed, because that is how we think of it.

import-linter's own contracts list what is forbidden; a new module would then be importable from
everywhere until somebody remembered to forbid it.
"""

from collections.abc import Iterable
from typing import NamedTuple, cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class Breach(NamedTuple):
    """One import that the contract does not allow."""

    importer: str
    imported: str
    lines: tuple[int, ...]


def covers(names: Iterable[str], module: str) -> bool:
    """Tell whether one of the names is the module or a package above it."""
    return any(module == name or module.startswith(name + ".") for name in names)


class AllowedModules(Contract):
    """`importers` (less `but_not`) may import from `reaching_into` only `may_import`.

    With `self_contained`, what may be imported is held to the same rule: a vocabulary that
    reaches into the rest of its package is no vocabulary.
    """

    type_name = "allowed_modules"

    importers = fields.ListField(subfield=fields.StringField())
    but_not = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    reaching_into = fields.ListField(subfield=fields.StringField())
    may_import = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    self_contained = fields.BooleanField(required=False, default=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at direct imports only: a chain of allowed imports is allowed."""
        importers = cast("list[str]", self.importers)
        but_not = cast("list[str]", self.but_not)
        reaching_into = cast("list[str]", self.reaching_into)
        may_import = cast("list[str]", self.may_import)
        held = [*importers, *may_import] if cast("bool", self.self_contained) else importers
        breaches = [
            Breach(importer, imported, line_numbers(graph, importer, imported))
            for importer in sorted(graph.modules)
            if covers(held, importer) and not covers(but_not, importer)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if covers(reaching_into, imported) and not covers(may_import, imported)
        ]
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import with its lines, and what is allowed instead."""
        for breach in cast("list[Breach]", check.metadata["breaches"]):
            lines = ", ".join(f"line {number}" for number in breach.lines)
            output.print_error(f"{breach.importer} ({lines}) may not import {breach.imported}")
        output.new_line()
        allowed = ", ".join(cast("list[str]", self.may_import)) or "nothing"
        output.print_error(f"Of {', '.join(cast('list[str]', self.reaching_into))}: {allowed}.")


def line_numbers(graph: ImportGraph, importer: str, imported: str) -> tuple[int, ...]:
    """Return the lines of the importer on which it imports the other."""
    details = graph.get_import_details(importer=importer, imported=imported)
    return tuple(sorted(detail["line_number"] for detail in details))
