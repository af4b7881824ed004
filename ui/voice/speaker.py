"""Who makes the sound. Nothing here waits: a sentence that is not heard delays no finger."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from kiosk import logs
from kiosk.views import Language
from ui.ease import LOUDEST, NORMAL, SOFTEST

VOICES: Mapping[Language, str] = MappingProxyType({"zh": "cmn", "en": "en-gb"})
"""espeak-ng's name for a language, where it is not the language's own code."""
AMPLITUDES: Mapping[int, str] = MappingProxyType({SOFTEST: "60", NORMAL: "110", LOUDEST: "180"})
WORDS_A_MINUTE = "150"
PLACES = (Path("/usr/bin/espeak-ng"), Path("/usr/local/bin/espeak-ng"))

_log = logs.get(__name__)


class Speaker(Protocol):
    """One voice. What is said now gives way to what is said next."""

    def say(self, text: str, language: Language, volume: int) -> None:
        """Begin to say ``text`` and return at once."""
        ...

    def hush(self) -> None:
        """Stop in the middle of the word."""
        ...


class Silence:
    """No voice on this machine: said once in the log, then nothing."""

    def __init__(self, why: str) -> None:
        self._why: str | None = why

    def say(self, text: str, language: Language, volume: int) -> None:
        if self._why is not None:
            _log.warning("speaker.missing", reason=self._why)
            self._why = None

    def hush(self) -> None:
        """There is nothing to stop."""


class Espeak:
    """Debian's espeak-ng, a process for each utterance; it plays through the sound card itself."""

    def __init__(self, program: Path) -> None:
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._dying: list[subprocess.Popen[bytes]] = []
        self._broken = False

    def say(self, text: str, language: Language, volume: int) -> None:
        self.hush()
        voice = VOICES.get(language, language)
        command = (str(self._program), "-v", voice, "-a", AMPLITUDES[volume], "-s", WORDS_A_MINUTE)
        try:
            self._process = subprocess.Popen(
                (*command, "--stdin"),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            if (pipe := self._process.stdin) is not None:
                # A screen's words are far below a pipe's 64 KiB: this does not wait.
                with pipe:
                    pipe.write(text.encode())
        except OSError as error:
            if not self._broken:
                self._broken = True
                _log.warning("speaker.failed", reason=str(error))

    @property
    def lingering(self) -> bool:
        """True while a sentence that was stopped is not gone yet."""
        return bool(self._dying)

    def hush(self) -> None:
        self._dying = [process for process in self._dying if process.poll() is None]
        if self._process is not None:
            self._process.kill()
            # What remains of it is collected with the next word: a sound card may hold it a while.
            self._dying.append(self._process)
            self._process = None


def speaker_here(wanted: bool) -> Speaker:
    """The voice of this machine; silence where it has none or none is wanted."""
    if not wanted:
        return Silence("screen.voice is never")
    program = next((place for place in PLACES if place.exists()), None)
    if program is None:
        return Silence("espeak-ng is not installed: apt-get install espeak-ng")
    return Espeak(program)
