"""The GS1 check digit (GS1 General Specifications 7.9.1), for keys of every length."""


def check_digit(body: str) -> str:
    """The digit that ends a key: weights 3 and 1 from the right, sum a multiple of ten."""
    digits = [int(digit) for digit in reversed(body)]
    return str(-(3 * sum(digits[0::2]) + sum(digits[1::2])) % 10)


def holds(key: str) -> bool:
    """Whether the last digit of ``key`` is its check digit. ``key`` has digits only."""
    return check_digit(key[:-1]) == key[-1]


def is_digits(text: str) -> bool:
    """ASCII digits only, and one at least: ``str.isdigit`` also takes Arabic and superscripts."""
    return text.isascii() and text.isdecimal()
