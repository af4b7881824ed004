"""The audition hears what a person would: silence, gabble, a foreign tongue, volumes alike."""

import stat
import sys
from array import array
from pathlib import Path

import pytest

from kiosk.clock import WallTime
from kiosk.units import Millis
from tests.ui.exam import WORDS
from ui.ease import LOUDEST, SOFTEST
from ui.voice.audition import Take, faults, louder, main, sentences, take
from ui.voice.espeak import VOICES
from ui.words import LOCALES

RATE = 22_050
SPEAKER = """
import struct, sys
words = sys.stdin.buffer.read().decode()
volume = int(sys.argv[sys.argv.index("-a") + 1]) if LISTENS else 100
wave = [volume * 100 * (1 if i // 50 % 2 else -1) for i in range(RATE * len(words) // 5)]
head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 0x7FFFF024, b"WAVE", b"fmt ", 16, 1, 1,
                   RATE, 2 * RATE, 2, 16, b"data", 0x7FFFF000)
sys.stdout.buffer.write(head + struct.pack(f"<{len(wave)}h", *wave))
"""
"""A stand-in for espeak-ng: a hum of a fifth of a second for each letter. As it does, it writes a
header before it knows how long the sound will be."""


class Still:
    """A clock that stands."""

    def monotonic_ms(self) -> Millis:
        return Millis(0)

    def wall(self) -> WallTime:
        return WallTime(None, "U")


def voice(tmp_path: Path, listens: bool = True) -> Path:
    program = tmp_path / "espeak-ng"
    program.write_text(f"#!{sys.executable} -IS\nRATE, LISTENS = {RATE}, {listens}\n{SPEAKER}")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    return program


def test_a_take_is_what_the_program_said(tmp_path: Path) -> None:
    heard = take(voice(tmp_path), "请放入纸类", "zh", LOUDEST, tmp_path / "a.wav", Still())
    assert (heard.length_ms, heard.rate) == (1000, RATE)
    assert heard.peak_permille == 180 * 100 * 1000 // 32_768
    assert list(faults("请放入纸类", "zh", heard, "")) == []


def test_volumes_that_sound_alike_are_named(tmp_path: Path) -> None:
    assert list(louder(voice(tmp_path), WORDS["zh"], tmp_path, Still())) == []
    deaf = voice(tmp_path, listens=False)
    (wrong,) = louder(deaf, WORDS["zh"], tmp_path, Still())
    assert "alike" in wrong
    assert (tmp_path / f"zh-volume-{SOFTEST}.wav").exists()


@pytest.mark.parametrize(
    ("sound", "understood", "fault"),
    [
        ([0] * RATE, "", "silent"),
        ([9000] * 100, "", "ms for 5 letters"),
        ([9000] * 9 * RATE, "", "ms for 5 letters"),
        # espeak-ng 1.51 with the voice ``cmn``: "hao two" in English.
        ([9000] * RATE, "(en)h,eI55@55Tr'i:55(cmn)_|", "another language"),
    ],
)
def test_what_a_listener_would_complain_about(
    sound: list[int], understood: str, fault: str
) -> None:
    heard = Take(0, array("h", sound), RATE)
    (wrong,) = faults("请放入纸类", "zh", heard, understood)
    assert fault in wrong


def test_a_foreign_name_may_be_foreign() -> None:
    heard = Take(0, array("h", [9000] * 2 * RATE), RATE)
    assert list(faults("只有 Green Loop 能看", "zh", heard, "(en)gri:n(cmn)")) == []


@pytest.mark.parametrize("language", LOCALES)
def test_every_sentence_is_tried_once_in_a_language_that_has_a_voice(language: str) -> None:
    said = list(sentences(WORDS[language]))
    assert len(said) == len(set(said)) > 100
    assert not any(char.isdigit() for one in said for char in one)
    assert language in VOICES


def test_without_espeak_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main([str(tmp_path)], None, Still()) == 2
    assert "apt-get install espeak-ng" in capsys.readouterr().err
