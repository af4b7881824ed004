"""The GS1 application identifiers and the form of their values (General Specifications 3.2).

A format is a row of parts: ``N`` digits, ``X`` charset 82, ``Y`` charset 39, ``Z`` charset 64,
``M`` a minus, ``B`` a flag; each with ``6`` (exactly), ``..20`` (one to), ``?17`` (none to) or
``!4`` (none or all); then what is checked: ``key`` a check digit at the end of the first part,
``date`` a date YYMMDD at its beginning, ``dates`` one or two, ``time`` a date and HH, MM, SS.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from drivers.labels.check_digits import check_digit, holds
from drivers.labels.label import LabelError

_TABLE = """
00 N18 key; 01-03 N14 key; 10 X..20; 11-13 N6 date; 15-17 N6 date; 20 N2; 21 X..20; 22 X..20
235 X..28; 240 X..30; 241 X..30; 242 N..6; 243 X..20; 250 X..30; 251 X..30
253 N13 X?17 key; 254 X..20; 255 N13 N?12 key; 30 N..8; 37 N..8
3100-3105 N6; 3110-3115 N6; 3120-3125 N6; 3130-3135 N6; 3140-3145 N6; 3150-3155 N6; 3160-3165 N6
3200-3205 N6; 3210-3215 N6; 3220-3225 N6; 3230-3235 N6; 3240-3245 N6; 3250-3255 N6; 3260-3265 N6
3270-3275 N6; 3280-3285 N6; 3290-3295 N6; 3300-3305 N6; 3310-3315 N6; 3320-3325 N6; 3330-3335 N6
3340-3345 N6; 3350-3355 N6; 3360-3365 N6; 3370-3375 N6; 3400-3405 N6; 3410-3415 N6; 3420-3425 N6
3430-3435 N6; 3440-3445 N6; 3450-3455 N6; 3460-3465 N6; 3470-3475 N6; 3480-3485 N6; 3490-3495 N6
3500-3505 N6; 3510-3515 N6; 3520-3525 N6; 3530-3535 N6; 3540-3545 N6; 3550-3555 N6; 3560-3565 N6
3570-3575 N6; 3600-3605 N6; 3610-3615 N6; 3620-3625 N6; 3630-3635 N6; 3640-3645 N6; 3650-3655 N6
3660-3665 N6; 3670-3675 N6; 3680-3685 N6; 3690-3695 N6
3900-3909 N..15; 3910-3919 N3 N..15; 3920-3929 N..15; 3930-3939 N3 N..15; 3940-3943 N4; 3950-3955 N6
400 X..30; 401 X..30; 402 N17 key; 403 X..30; 410-417 N13 key; 420 X..20; 421 N3 X..9; 422 N3
423 N3 N..12; 424 N3; 425 N3 N..12; 426 N3; 427 X..3
4300-4301 X..35; 4302-4306 X..70; 4307 X2; 4308 X..30; 4309 N20; 4310-4311 X..35; 4312-4316 X..70
4317 X2; 4318 X..20; 4319 X..30; 4320 X..35; 4321-4323 B1; 4324-4325 N10 date; 4326 N6 date
4330-4333 N6 M?1
7001 N13; 7002 X..30; 7003 N10 time; 7004 N..4; 7005 X..12; 7006 N6 date; 7007 N6 N!6 dates
7008 X..3; 7009 X..10; 7010 X..2; 7011 N6 N!4 time; 7020-7022 X..20; 7023 X..30
7030-7039 N3 X..27; 7040 N1 X3; 7041 X..4; 710-717 X..20; 7230-7239 X2 X..28
7240 X..20; 7241 N2; 7242 X..25; 7250 N8; 7251 N12; 7252 N1; 7253-7254 X..40; 7255 X..10
7256 X..90; 7257 X..70; 7258 N1 X1 N1; 7259 X..40
8001 N14; 8002 X..20; 8003 N14 X?16 key; 8004 X..30; 8005 N6; 8006 N14 N4 key; 8007 X..34
8008 N8 N?4 time; 8009 X..50; 8010 Y..30; 8011 N..12; 8012 X..20; 8013-8014 X..25; 8017-8018 N18 key
8019 N..10; 8020 X..25; 8026 N14 N4 key; 8030 Z..90; 8040-8041 N15; 8042 N32; 8043 N18 N?2
8110 X..70; 8111 N4; 8112 X..70; 8200 X..70; 90 X..30; 91-99 X..90
"""
_CHARSETS = {
    "N": "[0-9]",
    "X": r"[!%-?A-Z_a-z\"]",  # figure 7.11-1
    "Y": r"[#\-/0-9A-Z]",  # figure 7.11-2
    "Z": r"[A-Za-z0-9\-_=]",  # figure 7.11-3
    "M": "-",
    "B": "[01]",
}
_ENDS_ITSELF = frozenset(
    (
        *(f"{two:02}" for two in (*range(5), *range(11, 21), *range(31, 37))),
        "41",
    )
)
"""First two digits whose length is predefined for ever (figure 7.8.5-2): no FNC1 after them."""
_CHECKS = ("key", "date", "dates", "time")
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Identifier(NamedTuple):
    """One application identifier."""

    number: str
    parts: tuple[str, ...]
    checked: str
    """``key``, ``date``, ``dates``, ``time`` or nothing."""

    @property
    def length(self) -> int | None:
        """How long its value is where no separator follows; None: up to the next separator."""
        if self.number[:2] not in _ENDS_ITSELF:
            return None
        return sum(int(part[1:]) for part in self.parts)

    def check(self, value: str) -> None:
        """Raises LabelError when ``value`` is none of this identifier's."""
        if re.fullmatch("".join(_pattern(part) for part in self.parts), value, re.ASCII) is None:
            raise LabelError(f"AI {self.number}: {value!r} is not {' '.join(self.parts)}")
        if self.checked == "key":
            key = value[: int(self.parts[0][1:])]
            if not holds(key):
                raise LabelError(
                    f"AI {self.number} check digit: expected {check_digit(key[:-1])}, got {key[-1]}"
                )
        elif self.checked:
            _check_date(self.number, value)
            if self.checked == "dates" and len(value) > 6:
                _check_date(self.number, value[6:])
            if self.checked == "time":
                _check_time(self.number, value[6:])


class _Table:
    """All identifiers, built when the first one is asked for."""

    @cached_property
    def by_number(self) -> dict[str, Identifier]:
        """Identifiers by their two to four digits."""
        return {one.number: one for row in re.split("[;\n]", _TABLE) for one in _of_row(row)}


_table = _Table()


def find(number: str) -> Identifier | None:
    """The identifier of exactly these digits."""
    return _table.by_number.get(number)


def leading(data: str) -> Identifier:
    """The identifier that ``data`` begins with. Raises LabelError for an unknown one."""
    for width in (2, 3, 4):
        if len(data) >= width and (found := find(data[:width])) is not None:
            return found
    raise LabelError(f"unknown application identifier at {data[:4]!r}")


def _of_row(row: str) -> Iterator[Identifier]:
    if not row:
        return
    numbers, *parts = row.split()
    checked = parts.pop() if parts[-1] in _CHECKS else ""
    first, _, last = numbers.partition("-")
    for number in range(int(first), int(last or first) + 1):
        yield Identifier(f"{number:0{len(first)}}", tuple(parts), checked)


def _pattern(part: str) -> str:
    allowed, size = _CHARSETS[part[0]], part[1:]
    if size.startswith(".."):
        return f"{allowed}{{1,{size[2:]}}}"
    if size.startswith("?"):
        return f"{allowed}{{0,{size[1:]}}}"
    if size.startswith("!"):
        return f"(?:{allowed}{{{size[1:]}}})?"
    return f"{allowed}{{{size}}}"


def _check_date(number: str, value: str) -> None:
    """Day 00 means the month as a whole; the century is the reader's to judge (7.12)."""
    year, month, day = int(value[:2]), int(value[2:4]), int(value[4:6])
    if not 1 <= month <= 12 or day > _MONTH_DAYS[month - 1]:
        raise LabelError(f"AI {number}: {value[:6]} is no date")
    if month == 2 and day == 29 and year % 4 != 0:
        raise LabelError(f"AI {number}: {value[:6]} is no date")


def _check_time(number: str, value: str) -> None:
    """HH, then MM and SS where they are sent."""
    pairs = [int(value[at : at + 2]) for at in range(0, len(value), 2)]
    if len(value) % 2 or any(pair > most for pair, most in zip(pairs, (23, 59, 59), strict=False)):
        raise LabelError(f"AI {number}: {value} is no time")
