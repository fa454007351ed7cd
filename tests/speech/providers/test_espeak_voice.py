import pytest

from speech.defaults import DEFAULT_VOICES
from speech.errors import SpeechError
from speech.providers.espeak import MAX_CHARACTERS, EspeakSynthesizer
from speech.stage.ports import VoiceSpec
from speech.stage.speaker import Speaker
from tests.speech.listening import duration_s, heard, loudness, pcm_of, same_words

ITALIAN = DEFAULT_VOICES["espeak"]["it"]
ENGLISH = DEFAULT_VOICES["espeak"]["en"]
SENTENCE = "Che bella domanda, te lo racconto subito: oggi parliamo di viaggi e di cucina."


async def seconds_of(espeak: EspeakSynthesizer, text: str, voice: VoiceSpec = ITALIAN) -> float:
    return duration_s(await heard(espeak.synthesize(text, voice)))


@pytest.mark.parametrize("voice", [ITALIAN, ENGLISH])
async def test_a_sentence_is_heard_and_takes_as_long_as_a_person_would(
    espeak: EspeakSynthesizer, voice: VoiceSpec
) -> None:
    chunks = await heard(Speaker(espeak, voice).speak(SENTENCE))
    assert loudness(pcm_of(chunks)) > 500
    assert 3 < duration_s(chunks) < 8
    assert {chunk.sample_rate_hz for chunk in chunks} == {22_050}


async def test_italian_and_english_read_the_same_letters_differently(espeak: EspeakSynthesizer) -> None:
    italian = pcm_of(await heard(espeak.synthesize("cinque minute ago", ITALIAN)))
    english = pcm_of(await heard(espeak.synthesize("cinque minute ago", ENGLISH)))
    assert not same_words(italian, english)


async def test_the_same_line_sounds_the_same_every_time(espeak: EspeakSynthesizer) -> None:
    once, again = [pcm_of(await heard(espeak.synthesize(SENTENCE, ITALIAN))) for _ in range(2)]
    assert same_words(once, again)
    assert not same_words(once, pcm_of(await heard(espeak.synthesize(SENTENCE[::-1], ITALIAN))))


async def test_speed_shortens_and_pitch_changes_a_line(espeak: EspeakSynthesizer) -> None:
    natural = await heard(espeak.synthesize(SENTENCE, ITALIAN))
    fast = await heard(espeak.synthesize(SENTENCE, VoiceSpec("f3", "it", speed=1.5)))
    high = await heard(espeak.synthesize(SENTENCE, VoiceSpec("f3", "it", pitch=1.0)))
    assert duration_s(fast) < 0.8 * duration_s(natural)
    assert duration_s(high) == pytest.approx(duration_s(natural), rel=0.1)
    assert pcm_of(high) != pcm_of(natural)


async def test_extremes_of_speed_and_pitch_still_speak(espeak: EspeakSynthesizer) -> None:
    for voice in VoiceSpec("f3", "it", speed=0.0, pitch=-9.0), VoiceSpec("f3", "it", speed=99.0, pitch=9.0):
        assert await seconds_of(espeak, "ciao a tutti", voice) > 0.2


@pytest.mark.parametrize("language", ["it-IT", "it_it", "en-GB", "en-US", "pt-BR", "es", "de", "fr", "IT"])
async def test_a_regional_tag_falls_back_to_its_language(espeak: EspeakSynthesizer, language: str) -> None:
    assert await seconds_of(espeak, "uno due tre", VoiceSpec("", language)) > 0.3


@pytest.mark.parametrize(
    "voice",
    [
        VoiceSpec("f3", "xx"),
        VoiceSpec("f3", "../it"),
        VoiceSpec("../../etc/passwd", "it"),
        VoiceSpec("f3", ""),
    ],
)
async def test_a_voice_that_does_not_exist_is_a_permanent_fault(
    espeak: EspeakSynthesizer, voice: VoiceSpec
) -> None:
    with pytest.raises(SpeechError) as fault:
        await heard(espeak.synthesize("ciao", voice))
    assert fault.value.permanent
    assert await seconds_of(espeak, "ciao") > 0.2


async def test_a_pause_in_markup_is_read_out_instead_of_made(espeak: EspeakSynthesizer) -> None:
    chunks = await heard(espeak.synthesize("ciao <break time='9s'/> a tutti", ITALIAN))
    assert duration_s(chunks) < 6
    assert duration_s(chunks) > await seconds_of(espeak, "ciao a tutti") + 0.5


async def test_phonemes_in_brackets_are_read_out_as_letters(espeak: EspeakSynthesizer) -> None:
    plain = await seconds_of(espeak, "hello there", ENGLISH)
    assert await seconds_of(espeak, "hello [[h@l'oU]] there", ENGLISH) > plain + 0.5


async def test_embedded_commands_do_not_reach_the_engine(espeak: EspeakSynthesizer) -> None:
    commanded = pcm_of(await heard(espeak.synthesize("\x01400S ciao a tutti", ITALIAN)))
    plain = pcm_of(await heard(espeak.synthesize("400S ciao a tutti", ITALIAN)))
    assert same_words(commanded, plain)


@pytest.mark.parametrize(
    "text",
    [
        "ciao\x00 nascosto",
        "a" * 10_000,
        "9" * 10_000,
        "ciao " * 2_000,
        "😂" * 500,
        "\u202eabc\u202c ",
        "مرحبا بكم في البث",
        "Z̸̧͎̓a̷͉̔l̵̯̈g̷̯̈o̶̦͝ " * 20,
        "".join(map(chr, range(1, 128))),
        "\ud83d\ude00 \udfff testo",
        "%s%n%x $(id) `id` ' OR 1=1 --",
        "[[[[[[<speak><voice name='x'>&#0;&lt;",
        "\u0530\u0557 \ue000\uf8ff \U000f0000",
        "a" + "\u0301" * 900,
    ],
)
async def test_a_hostile_text_neither_breaks_nor_stalls_the_voice(
    espeak: EspeakSynthesizer, text: str
) -> None:
    await espeak.warm_up()
    pids = espeak.helper_pids
    assert await seconds_of(espeak, text) <= 120
    assert await seconds_of(espeak, "ciao a tutti") > 0.3
    assert espeak.helper_pids == pids


async def test_a_text_without_words_is_silence(espeak: EspeakSynthesizer) -> None:
    assert await heard(espeak.synthesize("😂 !!! \x00", ITALIAN)) == []


async def test_a_long_text_is_cut_to_the_limit(espeak: EspeakSynthesizer) -> None:
    within = "ciao " * (MAX_CHARACTERS // 5)
    cut = await seconds_of(espeak, within + within)
    assert cut == pytest.approx(await seconds_of(espeak, within), abs=0.5)
