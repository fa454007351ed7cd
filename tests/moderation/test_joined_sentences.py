"""Two sentences without a space between them are no link; an address is one, also beside everyday words."""

import pytest

from moderation.defaults import shipped_lexicon
from moderation.stage.moderator import Moderator

GATE = Moderator([], shipped=shipped_lexicon())


@pytest.mark.parametrize(
    "text",
    [
        "Sto bene.me lo dici?",
        "come va.Io bene",
        "Ok.it was great",
        "Bravo.it's me",
        "ciao.io sono Marco",
        "grazie.me lo segno",
        "ho capito.io vengo dopo",
        "Sono stanca.io vado",
        "no.it isn't true",
        "I love you.me too",
        "you are right.it is late",
        "haha.it’s so funny",
        "wow.gg everyone",
        "well played.gg",
        "muito obrigado.de nada",
        "gut.live ist besser",
        "Das war toll.top gemacht",
        "che bella.live fino a tardi?",
        "I am here.me and you",
        "anche tu?sì anche io.io pure",
        "perché no.Me lo chiedo",
    ],
)
def test_an_everyday_word_on_either_side_of_the_dot_makes_no_link(text: str) -> None:
    assert not GATE.review(text).blocked
    assert GATE.review(text).reasons == ()


@pytest.mark.parametrize(
    "text",
    [
        "entra su offerte.shop",
        "vivavoce.it è bello",
        "vai su bene.it adesso",
        "www.bene.me lo dici",
        "https://ok.it was great",
        "bene.me/regalo per te",
        "guarda bene.it/offerta",
        "casino-gratis.live ora",
        "soldi.facili.bene.it adesso",
        "ok.com is a site",
        "check out good.shop today",
        "link: bene.me ora",
        "bene.it",
        "seguimi on good.tv now",
        "scrivimi@bene.it oggi",
    ],
)
def test_an_address_stays_a_link(text: str) -> None:
    assert GATE.review(text).blocked
