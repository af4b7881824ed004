"""Let the real voice say every sentence of every screen, and listen to what comes out::

python -m ui.voice.audition [OUT]

Each sentence becomes a WAV file in OUT (build/voice). A sentence that is silent, cut short, drawn
out or spoken as another language is named, and the exit status is 1. It needs espeak-ng and a few
seconds a language, so the tests hold it to a stand-in and people run it at a desk.
"""

import argparse
import resource
import subprocess
import sys
import wave
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from kiosk.clock import Clock, SystemClock
from kiosk.views import Language
from ui.ease import LOUDEST, NORMAL, SOFTEST, Ease
from ui.outlines import outline_of
from ui.samples import samples
from ui.screens.ease import wishes_of
from ui.voice.espeak import VOICES, command, program_here
from ui.voice.numbers import in_words
from ui.words import Words, all_words

OUT = Path("build/voice")
FOREIGN = "(en)"
"""How espeak-ng marks phonemes of another language than the voice's own."""
QUIET_PERMILLE = 20
"""A sentence whose loudest moment is below this share of full scale is not heard in a yard."""
LETTER_MS = {"zh": (90, 700), "en": (25, 260)}
"""Milliseconds that a sentence takes for each letter or hanzi, at least and at most."""
FIRST_BYTES = 4096


class Take(Struct, frozen=True):
    """One sentence as it was said."""

    start_ms: int
    """From the start of the process to the first sound."""
    sound: Sequence[int]
    rate: int

    @property
    def length_ms(self) -> int:
        return len(self.sound) * 1000 // self.rate

    @property
    def peak_permille(self) -> int:
        """The loudest moment, in thousandths of full scale."""
        return max((abs(one) for one in self.sound), default=0) * 1000 // 32_768


def sentences(words: Words) -> Iterator[str]:
    """Every sentence that a screen may say, once, as it is said."""
    asked = Ease(voice=True)
    names = words.say("voice.pause").join(words.say(f"ease.{one}") for one in wishes_of(asked))
    told = [words.say("ease.title"), words.say("voice.choices", choices=names)]
    for _, view in samples(words.language):
        if (outline := outline_of(view, words)) is not None:
            told += outline.script(words)
    yield from dict.fromkeys(in_words(one, words.language) for one in told)


def take(
    program: Path, text: str, language: Language, volume: int, file: Path, clock: Clock
) -> Take:
    """Have ``text`` said into ``file``, by the same command that speaks on the machine."""
    began_ms = clock.monotonic_ms()
    with subprocess.Popen(
        (*command(program, language, volume), "--stdout"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        with process.stdin as pipe:
            pipe.write(text.encode())
        first = process.stdout.read(FIRST_BYTES)
        start_ms = clock.monotonic_ms() - began_ms
        file.write_bytes(first + process.stdout.read())
    with wave.open(str(file)) as opened:
        # A stream's header does not know its length: all that came is read.
        frames = opened.readframes(file.stat().st_size)
        sound = array("h", frames[: len(frames) // 2 * 2])
        return Take(start_ms, sound, opened.getframerate())


def phonemes(program: Path, text: str, language: Language) -> str:
    """What it understood, in its own writing."""
    done = subprocess.run(
        (*command(program, language, NORMAL), "-q", "-x"),
        input=text.encode(),
        stdout=subprocess.PIPE,
        check=False,
    )
    return done.stdout.decode(errors="replace")


def faults(text: str, language: Language, heard: Take, understood: str) -> Iterator[str]:
    """What a listener would complain about."""
    letters = sum(char.isalnum() for char in text)
    least, most = LETTER_MS.get(language, (20, 700))
    if heard.peak_permille < QUIET_PERMILLE:
        yield "silent"
    elif not least * letters <= heard.length_ms <= most * max(letters, 4):
        yield f"{heard.length_ms} ms for {letters} letters"
    latin = any(char.isascii() and char.isalpha() for char in text)
    if FOREIGN in understood and not latin:
        yield f"another language: {understood.strip()}"


def louder(program: Path, words: Words, out: Path, clock: Clock) -> Iterator[str]:
    """The volumes are steps that are heard."""
    text, peaks = words.say("ease.title"), []
    for volume in (SOFTEST, NORMAL, LOUDEST):
        file = out / f"{words.language}-volume-{volume}.wav"
        peaks.append(take(program, text, words.language, volume, file, clock).peak_permille)
    if not peaks[0] < peaks[1] < peaks[2]:
        yield f"volumes sound alike: {peaks}"


def audition(
    program: Path, words: Mapping[Language, Words], out: Path, clock: Clock
) -> Iterator[str]:
    """Say everything in every language; yields a line for each language and each fault."""
    out.mkdir(parents=True, exist_ok=True)
    for language, some in words.items():
        if language not in VOICES:
            continue
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        takes = []
        wrong = list(louder(program, some, out, clock))
        for number, text in enumerate(sentences(some), 1):
            file = out / f"{language}-{number:03}.wav"
            heard = take(program, text, language, NORMAL, file, clock)
            takes.append(heard)
            said = phonemes(program, text, language)
            wrong += [f"{file.name}: {one}: {text}" for one in faults(text, language, heard, said)]
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = sum(getattr(after, name) - getattr(before, name) for name in ("ru_utime", "ru_stime"))
        yield _summed(language, takes, round(cpu * 1000))
        yield from (f"WRONG {one}" for one in wrong)


def _summed(language: Language, takes: Sequence[Take], cpu_ms: int) -> str:
    """A line of figures; each sentence was worked on twice, once for its sound."""
    starts = sorted(one.start_ms for one in takes)
    lengths = [one.length_ms for one in takes]
    return (
        f"{language}: {len(takes)} sentences, {sum(lengths) // 1000} s of speech, the longest"
        f" {max(lengths)} ms; first sound after {starts[len(starts) // 2]} ms (p95"
        f" {starts[len(starts) * 95 // 100]} ms); {cpu_ms // (2 * len(takes))} ms of processor each"
    )


def main(arguments: Sequence[str], program: Path | None, clock: Clock) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ui.voice.audition",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("out", type=Path, nargs="?", default=OUT, help="directory for the sounds")
    given = parser.parse_args(arguments)
    if program is None:
        sys.stderr.write("espeak-ng is not installed: apt-get install espeak-ng\n")
        return 2
    status = 0
    for line in audition(program, all_words(), given.out, clock):
        sys.stdout.write(f"{line}\n")
        status = 1 if line.startswith("WRONG") else status
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], program_here(), SystemClock(Path("/nonexistent"), 0)))
