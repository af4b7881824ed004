"""Doors: pure drives that decide, and one bank that moves the pins (doors.md D-06 to D-18)."""
