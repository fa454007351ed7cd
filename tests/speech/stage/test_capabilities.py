import pytest

from speech.models import VoiceProfile
from speech.stage.capabilities import all_capabilities, capabilities_of

PROVIDERS = [each.value for each in VoiceProfile.Provider if each != VoiceProfile.Provider.AUTO]


def test_every_provider_says_what_it_can_do() -> None:
    assert set(all_capabilities()) == set(PROVIDERS)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_range_holds_what_is_natural_and_what_a_voice_may_be(provider: str) -> None:
    can = capabilities_of(provider)
    assert can.speed is None or 0.5 <= can.speed.least <= 1.0 <= can.speed.most <= 2.0
    assert can.pitch is None or -1.0 <= can.pitch.least <= 0.0 <= can.pitch.most <= 1.0
    assert can.rates_hz
