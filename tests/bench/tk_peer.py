"""The same screen on a Tk canvas, run by ``tests.bench.tk`` with whichever Python has tkinter.

It stands alone, because Debian's Python has tkinter where the kiosk's environment may not. Its one
argument is a file with the screen; it says ``painted`` and what that cost, waits for a line, says
``updated`` and what one new weight costs, and waits again.
"""

import json
import statistics
import sys
import time
import tkinter
from typing import Any

UPDATES = 200


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as file:
        screen = json.load(file)
    root = tkinter.Tk()
    root.geometry("{width}x{height}+0+0".format(**screen))
    canvas = tkinter.Canvas(
        root,
        width=screen["width"],
        height=screen["height"],
        background=screen["ground"],
        highlightthickness=0,
    )
    canvas.pack()
    live = draw(canvas, screen["parts"])
    # A canvas that is not seen yet draws nothing.
    root.wait_visibility()
    root.update()
    say("painted", time.process_time_ns() / 1e6)
    sys.stdin.readline()
    taken = []
    for number in range(UPDATES):
        began = time.thread_time_ns()
        canvas.itemconfigure(live, text=f"1.{number:03d}")
        root.update()
        taken.append((time.thread_time_ns() - began) / 1e6)
    say("updated", statistics.median(taken))
    sys.stdin.readline()
    root.destroy()
    return 0


def draw(canvas: tkinter.Canvas, parts: list[dict[str, Any]]) -> int:
    """Every box, line of text and number; returns the number that changes."""
    live = 0
    for part in parts:
        x, y, w, h = part["rect"]
        if part["kind"] == "box":
            canvas.create_rectangle(x, y, x + w, y + h, fill=part["colour"], outline="")
        elif part["kind"] == "ring":
            canvas.create_oval(x, y, x + w, y + h, outline=part["colour"], width=4)
        else:
            number = part["kind"] == "number"
            item = canvas.create_text(
                x + w if number else x,
                y + h // 2,
                text=part["text"],
                anchor="e" if number else "w",
                font=f"sans {-part['em']} {'bold' if part['bold'] else 'normal'}",
                fill=part["colour"],
            )
            live = item if part["live"] else live
    return live


def say(word: str, value: float) -> None:
    sys.stdout.write(f"{word} {value}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
