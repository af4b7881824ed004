"""Turns a touch's choice into an input; one that the shown question did not offer is dropped."""

from kiosk.session import inputs as i
from kiosk.units import CompartmentId

_PLAIN: dict[str, i.Input] = {
    "start": i.Start(),
    "donate": i.Donate(),
    "cancel": i.Cancel(),
    "done": i.Done(),
    "more_time": i.MoreTime(),
    "another": i.Another(),
    "finish": i.Finish(),
    "language:zh": i.SetLanguage("zh"),
    "language:en": i.SetLanguage("en"),
}


def input_of(choice: str) -> i.Input | None:
    """The input a choice stands for (``kiosk.views``), or None when there is no such choice."""
    if choice.startswith("compartment:"):
        return i.Select(CompartmentId(choice.removeprefix("compartment:")))
    return _PLAIN.get(choice)
