"""Collects what a live would give a persona: character, rules, facts, language and voices."""

import hashlib
import json
from dataclasses import asdict, dataclass
from uuid import UUID

from django.conf import settings

from knowledge.querysets import version_of
from livesessions.models.shows import Show
from livesessions.pipeline.ports import Gate
from livesessions.worker.assembly import build_character, build_moderator
from moderation.models import Policy
from moderation.services import get_default_policy
from planner.models import Persona
from planner.stage.turn import Character, ShowFacts
from rehearsals.studio.line_runner import ViewerLine
from speech.models import VoiceProfile
from speech.services.voice_resolution import VoiceLineup, resolve_voices
from speech.services.voices import get_default_voice


@dataclass(frozen=True, slots=True)
class PersonaSetup:
    """A persona in a show, or in none, as plain values: no part of it asks the database later."""

    tenant_id: UUID
    character: Character
    policy: Policy
    gate: Gate
    facts: ShowFacts
    language: str
    lineup: VoiceLineup
    knowledge_version: int = 0

    def cache_key(self, line: ViewerLine) -> str:
        """Return the cache key of an answer, made of all its inputs."""
        rules = (self.policy.blocklist, self.policy.allowlist, self.policy.safe_mode)
        models = (settings.OPENAI_MODEL, settings.OPENAI_BASE_URL) if settings.OPENAI_API_KEY else ()
        show = (asdict(self.facts), self.language, self.knowledge_version)
        inputs = [asdict(self.character), rules, show, models, asdict(line)]
        return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()


def build_setup(*, persona: Persona, show: Show | None, language: str = "") -> PersonaSetup:
    """Return the setup of a persona, stored or not, in a show of its tenant or in none. Blocks."""
    language = language or (show.language if show else persona.language)
    policy: Policy = show.policy if show else get_default_policy(tenant=persona.tenant, language=language)
    return PersonaSetup(
        tenant_id=persona.tenant_id,
        character=build_character(persona),
        policy=policy,
        gate=build_moderator(policy),
        facts=ShowFacts(show.name, show.facts, show.handle, show.tenant.time_zone) if show else ShowFacts(),
        language=language,
        lineup=resolve_voices(_voice_for(persona, show, language)),
        knowledge_version=version_of(persona.tenant_id),
    )


def _voice_for(persona: Persona, show: Show | None, language: str) -> VoiceProfile:
    if show is not None and show.voice.language == language:
        return show.voice
    return get_default_voice(tenant=persona.tenant, language=language)
