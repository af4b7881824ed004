"""Turns a touch's choice into an input; one that the shown question did not offer is dropped."""

import re

from kiosk.language import CODE
from kiosk.session import inputs as i
from kiosk.units import CompartmentId

_PLAIN: dict[str, i.Input] = {
    "start": i.Start(),
    "donate": i.Donate(),
    "cancel": i.Cancel(),
    "done": i.Done(),
    "more_time": i.MoreTime(),
    "reading": i.Reading(),
    "another": i.Another(),
    "finish": i.Finish(),
    "phone": i.UsePhone(),
    "erase": i.Erase(),
    "confirm": i.Confirm(),
    "help": i.Help(),
    "report:dropped": i.Report("dropped"),
    "report:help": i.Report("help"),
    "dispute": i.Disputed(),
    "about": i.Inform(),
    **{f"digit:{digit}": i.Digit(digit) for digit in "0123456789"},
}


_LANGUAGE = re.compile(f"language:({CODE})")


def input_of(choice: str) -> i.Input | None:
    """The input a choice stands for (``kiosk.views``), or None when there is no such choice."""
    if choice.startswith("compartment:"):
        return i.Select(CompartmentId(choice.removeprefix("compartment:")))
    if (language := _LANGUAGE.fullmatch(choice)) is not None:
        return i.SetLanguage(language[1])
    return _PLAIN.get(choice)
