"""Prometheus' text format (exposition format 0.0.4), for the machine's page and the operator's."""

from collections.abc import Iterable, Mapping

MEDIA = "text/plain; version=0.0.4"

Sample = tuple[str, Mapping[str, str], int]
"""A name of the page's help, labels, and the value."""


def page(help_of: Mapping[str, str], samples: Iterable[Sample]) -> str:
    """Write gauges in the order of ``help_of``, those that have a sample. Raises KeyError for a
    sample without help."""
    found: dict[str, list[str]] = {name: [] for name in help_of}
    for name, labels, value in samples:
        told = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        found[name].append(f"{name}{{{told}}} {value}\n" if told else f"{name} {value}\n")
    return "".join(
        f"# HELP {name} {help_of[name]}\n# TYPE {name} gauge\n{''.join(lines)}"
        for name, lines in found.items()
        if lines
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
