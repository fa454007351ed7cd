"""Opens a lineup of voices for a single use, outside a worker."""

from contextlib import AsyncExitStack

from billing.configured import month_cap_of
from billing.plans.catalogue import Meter
from speech.errors import SpeechError
from speech.runtime.language_voices import LanguageVoices
from speech.runtime.synthesizers import open_synthesizer
from speech.runtime.tenant_voices import TenantVoiceClients
from speech.runtime.voice_pool import VoicePool
from speech.services.voice_resolution import VoiceLineup


async def open_lineup(stack: AsyncExitStack, lineup: VoiceLineup) -> LanguageVoices | None:
    """Open the voices of a lineup, closed with `stack`; None when one of them cannot be opened.

    Only the first is started ahead. Paid voices count against the month's spend caps.
    """
    cap = await month_cap_of(lineup.tenant_id, Meter.VOICE_CHARACTERS)
    providers = dict.fromkeys(option.provider for option in lineup.options if option.credential is None)
    tenant_clients = TenantVoiceClients()
    stack.push_async_callback(tenant_clients.aclose)
    try:
        shared = {
            each: await open_synthesizer(stack, each, pool_size=1, warm=at == 0)
            for at, each in enumerate(providers)
        }
    except SpeechError:
        return None
    return LanguageVoices(VoicePool(shared, tenant_clients), lineup, cap)
