"""Fonts and icons, and the scripts that built them."""
