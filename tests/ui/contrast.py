"""The contrast of two colours, as WCAG 2.2 defines it."""

from ui.theme import Colour


def contrast_milli(one: Colour, other: Colour) -> int:
    """The WCAG 2.2 contrast ratio of two colours, in thousandths (7:1 is 7000)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return round(1000 * (light + 0.05) / (dark + 0.05))


def _luminance(colour: Colour) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    return (
        0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue)
    )
