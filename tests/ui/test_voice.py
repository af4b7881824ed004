"""What is said: the words that are shown, numbers in words, once, and quiet when nobody asked."""

import logging
import os
import select
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kiosk import views
from kiosk.views import Live, View
from tests.ui.exam import WORDS
from ui import whole
from ui.ease import Ease
from ui.kit import Kit
from ui.outline import Outline
from ui.outlines import TELLERS, outline_of
from ui.parts import Digits, Text
from ui.samples import BOTTLES, OFFERS, samples
from ui.scene import Scene
from ui.screens.every import SETTERS, compose
from ui.sheet import Moment
from ui.voice.espeak import Espeak, speaker_here
from ui.voice.narrator import Narrator
from ui.voice.numbers import EN_SMALL, EN_TENS, ZH_DIGITS, chinese, english, in_words
from ui.voice.speaker import Silence, Unsought
from ui.words import LOCALES

SPEAKING = Ease(voice=True)
SILENT_WORDS = {"Prices today", "今日价格", "steady", "changing", "读数稳定", "读数变化中"}
"""Shown and not said: what the eye needs to find its way."""


class Ear:
    """A speaker that remembers what it was told to say."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, int]] = []
        self.hushed = 0

    def say(self, text: str, language: str, volume: int) -> None:
        self.heard.append((text, language, volume))

    def hush(self) -> None:
        self.hushed += 1


def read_zh(said: str) -> int:
    """A whole number below a million, read back from its words."""
    if "万" in said:
        high, low = said.split("万")
        return read_zh(high) * 10_000 + (read_zh(low) if low else 0)
    total, digit = 0, 0
    for char in said:
        if char in ZH_DIGITS:
            digit = ZH_DIGITS.index(char)
        else:
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
    return total + digit


def read_en(said: str) -> int:
    """The same in English."""
    total = group = 0
    for word in said.replace("-", " ").replace(" and ", " ").split():
        if word == "thousand":
            total, group = group * 1000, 0
        elif word == "hundred":
            group *= 100
        elif word in EN_TENS:
            group += 10 * (EN_TENS.index(word) + 2)
        else:
            group += EN_SMALL.index(word)
    return total + group


@given(st.integers(0, 999_999))
def test_numbers_can_be_read_back_from_their_words(number: int) -> None:
    assert read_zh(chinese(number)) == number
    assert read_en(english(number)) == number


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("1.800", "一点八", "one point eight"),
        ("0.805", "零点八零五", "zero point eight zero five"),
        ("12", "十二", "twelve"),
        ("110.00", "一百一十", "one hundred and ten"),
        ("10001", "一万零一", "ten thousand and one"),
        (
            "7F3K-000412",
            "七 F 三 K 零 零 零 四 一 二",
            "seven F three K zero zero zero four one two",
        ),
        ("400-820", "四 零 零 八 二 零", "four zero zero eight two zero"),
    ],
)
def test_every_kind_of_number(text: str, zh: str, en: str) -> None:
    assert (in_words(text, "zh"), in_words(text, "en")) == (zh, en)
    assert in_words(text, "qps") == text


def shown(scene: Scene) -> list[str]:
    """The words on the screen, each text as one."""
    return [
        part.text if isinstance(part, Digits) else " ".join(part.lines)
        for part in scene.parts
        if isinstance(part, Text | Digits)
    ]


def plain(text: str) -> str:
    """Letters and digits only: how it is broken and what stands between is no matter."""
    return "".join(char for char in text.lower() if char.isalnum() or char == ".")


def texts_of(outline: Outline) -> str:
    facts = [text for fact in outline.facts for text in (fact.label, fact.value, fact.unit)]
    options = [text for one in outline.options for text in (one.label, one.note, one.spoken)]
    return plain(" ".join((outline.title, *outline.body, *facts, *options)))


@pytest.mark.parametrize("language", LOCALES)
def test_the_outline_says_what_the_drawn_screen_shows(language: str, kits: dict[str, Kit]) -> None:
    """Both ways, but for the strip and a few words for the eye; so what is said is what is seen.
    On a tall panel, where a notice stands below the question and not in its place."""
    words, tall = WORDS[language], kits["720x1280"]
    for name, view in samples(language):
        outline = outline_of(view, words)
        assert outline is not None, name
        scene = compose(view, tall, words, Moment(view.left_ms))
        strip_foot = tall.panel.px(4 + 15)
        below = [part for part in scene.parts if part.rect.y >= strip_foot]
        seen = shown(Scene(scene.ground, tuple(below), ()))
        page, told = plain(" ".join(seen)), texts_of(outline)
        for fact in (one for one in outline.facts if one.main):
            assert plain(fact.value) in page, (name, fact)
        # Something that went wrong may stand in the question's place.
        heads = (outline.title, *outline.body)
        assert any(plain(text) in page for text in heads), name
        pressable = {target.choice for target in scene.targets}
        for option in outline.options:
            found = option.choice in pressable if option.choice else plain(option.label) in page
            assert found, (name, option)
        trail = {words.say(f"trail.{step}") for step in ("open", "put_in", "weigh")}
        for text in seen:
            seconds = str(-(-(view.left_ms or 0) // 1000))
            if text in SILENT_WORDS | trail | {seconds} or len(text) == 1:
                continue
            for number in (one for one in text.split() if any(map(str.isdigit, one))):
                # "1/2" counts codes to scan: nothing for the ear. And nobody else in the yard shall
                # hear a telephone number.
                private = isinstance(view.screen, views.Phone)
                assert private or "/" in number or plain(number).strip(".") in told, (name, text)


@pytest.mark.parametrize("language", LOCALES)
def test_what_is_said_of_each_screen_has_no_digit_and_every_choice(language: str) -> None:
    for name, view in samples(language):
        outline = outline_of(view, WORDS[language])
        assert outline is not None, name
        said = [in_words(one, language) for one in outline.script(WORDS[language])]
        assert said[0] == " ".join(outline.title.split()), name
        assert not any(char.isdigit() for one in said for char in one), (name, said)
        assert not any("kg" in one.split() for one in said), (name, said)
        for option in outline.options:
            label = in_words(option.label, language)
            assert any(label in one for one in said), (name, option)


@pytest.mark.parametrize(
    ("contact", "zh", "en"),
    [
        (
            "400 820 1688",
            "四 零 零 八 二 零 一 六 八 八",
            "four zero zero eight two zero one six eight eight",
        ),
        ("12345", "一 二 三 四 五", "one two three four five"),
        (
            "王师傅 13800138000 转 802",
            "王师傅 一 三 八 零 零 一 三 八 零 零 零 转 八 零 二",
            "eight zero two",
        ),
        (
            "010-8888 6666",
            "零 一 零 八 八 八 八 六 六 六 六",
            "zero one zero eight eight eight eight six",
        ),
    ],
)
def test_a_telephone_is_said_digit_by_digit(contact: str, zh: str, en: str) -> None:
    """It is free text: a quantity of calls nobody understands, and a hotline has five digits."""
    for language, wanted in (("zh", zh), ("en", en)):
        told = 0
        for name, view in samples(language):
            if not getattr(view.screen, "contact", ""):
                continue
            script = whole.script(
                replace(view, screen=replace(view.screen, contact=contact)),
                WORDS[language],
                SPEAKING,
                easing=False,
            )
            said = " ".join(in_words(one, language) for one in script)
            told += wanted in said
            shown = contact in " ".join(script)
            assert not shown, (name, script)
        assert told > 10


def test_every_view_has_an_outline() -> None:
    assert set(TELLERS) == set(SETTERS)


def test_amounts_and_weights_are_said_in_words() -> None:
    view = dict(samples("en"))["result-paid"]
    outline = outline_of(view, WORDS["en"])
    assert outline is not None
    said = [in_words(one, "en") for one in outline.script(WORDS["en"])]
    assert "Net one point eight kilograms" in said
    assert "You get one point four four yuan" in said


IDLE = View(1, "zh", views.Idle(OFFERS, "CNY", "400"), None, None, None, "")
CHOOSE = View(2, "zh", views.Choose(OFFERS, "CNY", "token", None), None, None, None, "")


@pytest.fixture
def ear() -> Ear:
    return Ear()


def test_it_is_silent_until_asked_and_after_the_visit(ear: Ear) -> None:
    narrator = Narrator(ear, WORDS, False, lambda: whole)
    narrator.follow(CHOOSE, Ease(), easing=False)
    assert ear.heard == []
    narrator.follow(CHOOSE, SPEAKING, easing=True)
    narrator.follow(CHOOSE, SPEAKING, easing=False)
    assert [language for _, language, _ in ear.heard] == ["zh", "zh"]
    assert ear.heard[0][0].startswith("怎样更方便") and ear.heard[1][0].startswith("您带来了什么")
    narrator.follow(IDLE, Ease(), easing=False)
    assert len(ear.heard) == 2 and ear.hushed == 2


def test_a_live_weight_is_no_news(ear: Ear) -> None:
    narrator = Narrator(ear, WORDS, False, lambda: whole)
    screen = views.Depositing(OFFERS[0], "CNY", 3)
    for net_g in range(0, 500, 5):
        live = Live(net_g, False)
        view = View(3, "en", screen, None, None, live, "")
        narrator.follow(view, SPEAKING, easing=False)
    assert len(ear.heard) == 1


def test_of_the_same_screen_only_what_is_new_is_said(ear: Ear) -> None:
    narrator = Narrator(ear, WORDS, False, lambda: whole)
    first = View(3, "en", views.Depositing(BOTTLES, "CNY", 3), None, None, None, "")
    narrator.follow(first, SPEAKING, easing=False)
    screen = views.Depositing(BOTTLES, "CNY", 3, 1, 6)
    narrator.follow(View(4, "en", screen, None, None, None, ""), SPEAKING, easing=False)
    assert ear.heard[1][0] == "one scanned zero point zero six yuan"


def test_a_number_that_is_wrong_is_said_to_be_and_its_digits_are_not(ear: Ear) -> None:
    narrator = Narrator(ear, WORDS, False, lambda: whole)
    phone = View(3, "en", views.Phone(11), None, None, None, "")
    entries = [("", False), ("2", False), ("23", False), ("23", True), ("1", False), ("1", True)]
    for digits, wrong in entries:
        typed = replace(phone, entry=views.Entry(digits, wrong))
        narrator.follow(typed, SPEAKING, easing=False)
    asked, *said = [text for text, _, _ in ear.heard]
    assert asked.startswith("Phone number")
    assert said == ["Wrong number", "Wrong number"]


def test_a_machine_that_always_speaks_is_quiet_in_an_empty_yard(ear: Ear) -> None:
    narrator = Narrator(ear, WORDS, True, lambda: whole)
    narrator.follow(IDLE, SPEAKING, easing=False)
    assert ear.heard == []
    narrator.follow(CHOOSE, SPEAKING, easing=False)
    assert len(ear.heard) == 1


def test_it_repeats_and_answers_at_the_volume_that_is_wished_for(ear: Ear) -> None:
    narrator = Narrator(ear, WORDS, False, lambda: whole)
    narrator.follow(CHOOSE, SPEAKING, easing=False)
    narrator.repeat(CHOOSE, SPEAKING)
    assert ear.heard[0] == ear.heard[1]
    narrator.answer(CHOOSE, SPEAKING.after("ease:louder"), "louder")
    assert ear.heard[2] == ("大声", "zh", 3)
    narrator.repeat(replace(CHOOSE, language="en"), Ease())
    assert len(ear.heard) == 3


def fake_espeak(tmp_path: Path, script: str) -> Path:
    program = tmp_path / "espeak-ng"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    return program


def settle(speaker: Espeak) -> None:
    """Until what was stopped is gone, as it is with the next words."""
    speaker.hush()
    while speaker.lingering:
        speaker.hush()


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "heard")
    return tmp_path / "heard"


def test_espeak_is_told_the_words_and_the_voice(tmp_path: Path, pipe: Path) -> None:
    speaker = Espeak(fake_espeak(tmp_path, f'{{ echo "$@"; cat; }} > {pipe}'))
    speaker.say("请放入纸类\n一点八公斤", "zh", 3)
    assert pipe.read_text() == "-v cmn-latn-pinyin -a 180 -s 150 --stdin\n请放入纸类\n一点八公斤"
    settle(speaker)


def test_what_is_said_gives_way_to_what_is_said_next(tmp_path: Path, pipe: Path) -> None:
    # The first never ends by itself: it holds the pipe until it is stopped.
    speaker = Espeak(fake_espeak(tmp_path, f"exec > {pipe}; echo said; exec tail -f /dev/null"))
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    speaker.say("first", "en", 2)
    assert select.select([reading], [], [], 10)[0]
    os.set_blocking(reading, True)
    assert os.read(reading, 100) == b"said\n"
    speaker.hush()
    # End of file: nobody holds the pipe any more.
    assert os.read(reading, 100) == b""
    os.close(reading)
    settle(speaker)


def test_no_espeak_is_silence_and_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    silence = Silence("espeak-ng is not installed")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            silence.say("hello", "en", 2)
        silence.hush()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert isinstance(speaker_here(wanted=False), Silence)


def test_a_voice_is_looked_for_when_something_is_first_said(ear: Ear) -> None:
    sought: list[Ear] = []

    def seek() -> Ear:
        sought.append(ear)
        return ear

    voice = Unsought(seek)
    voice.hush()
    assert sought == []
    voice.say("您好", "zh", 2)
    voice.say("hello", "en", 1)
    voice.hush()
    assert len(sought) == 1 and len(ear.heard) == 2 and ear.hushed == 1


def test_an_espeak_that_cannot_run_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    speaker = Espeak(tmp_path / "gone")
    with caplog.at_level(logging.WARNING):
        speaker.say("hello", "en", 2)
        speaker.say("hello", "en", 2)
    assert len(caplog.records) == 1
