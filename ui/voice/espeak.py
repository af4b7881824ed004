"""Debian's espeak-ng, where the machine has it: loaded when a voice is first wanted."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from kiosk import logs
from kiosk.views import Language
from ui.ease import LOUDEST, NORMAL, SOFTEST
from ui.voice.speaker import Silence, Speaker

VOICES: Mapping[Language, str] = MappingProxyType({"zh": "cmn-latn-pinyin", "en": "en-gb"})
"""espeak-ng's name for a language, where it is not the language's own code."""
AMPLITUDES: Mapping[int, str] = MappingProxyType({SOFTEST: "60", NORMAL: "110", LOUDEST: "180"})
WORDS_A_MINUTE = "150"
PLACES = (Path("/usr/bin/espeak-ng"), Path("/usr/local/bin/espeak-ng"))

_log = logs.get(__name__)


def command(program: Path, language: Language, volume: int) -> tuple[str, ...]:
    """espeak-ng with the voice and the loudness of one sentence."""
    voice = VOICES.get(language, language)
    return (str(program), "-v", voice, "-a", AMPLITUDES[volume], "-s", WORDS_A_MINUTE)


class Espeak:
    """Debian's espeak-ng, a process for each utterance; it plays through the sound card itself."""

    def __init__(self, program: Path) -> None:
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._dying: list[subprocess.Popen[bytes]] = []
        self._broken = False

    def say(self, text: str, language: Language, volume: int) -> None:
        self.hush()
        try:
            self._process = subprocess.Popen(
                (*command(self._program, language, volume), "--stdin"),
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


def program_here() -> Path | None:
    """espeak-ng on this machine, if it is installed."""
    return next((place for place in PLACES if place.exists()), None)


def speaker_here(wanted: bool) -> Speaker:
    """The voice of this machine; silence where it has none or none is wanted."""
    if not wanted:
        return Silence("screen.voice is never")
    program = program_here()
    if program is None:
        return Silence("espeak-ng is not installed: apt-get install espeak-ng")
    return Espeak(program)
