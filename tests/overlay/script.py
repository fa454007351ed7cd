"""What a host says in a minute: fifteen replies in two languages, with names, numbers, second sentences."""

from collections.abc import Sequence

Reply = tuple[str, tuple[str, ...]]

REPLIES: tuple[Reply, ...] = (
    ("it", ("Ciao Marta, benvenuta nella live!", "Come stai oggi?")),
    ("it", ("Costa 24,90 €, e la spedizione è gratis.",)),
    ("en", ("Hey Kevin, thanks for joining us tonight!",)),
    ("it", ("Grazie mille per la rosa, Gino!",)),
    ("it", ("Siamo già in 1.250, non ci posso credere!", "Continuate così, ragazzi.")),
    ("en", ("The next live starts at 21:30, on Friday.",)),
    ("it", ("No, Luca, il mio colore preferito è il blu.",)),
    ("it", ("Sì.",)),
    ("en", ("I love that song, Ashley!", "We could play it again later.")),
    ("it", ("Seguimi su @la_sera_di_alice, trovi tutto lì.",)),
    ("it", ("Il 50% di voi ha votato pizza, che sorpresa!",)),
    ("en", ("It takes about 3 minutes, not more.",)),
    ("it", ("Che domanda difficile, xX_marco99_Xx!", "Ci penso e ti rispondo tra poco.")),
    ("it", ("Oggi è il 21/11/2026, segnatevelo.",)),
    ("it", ("Un abbraccio a Sofia, a Giulia e a tutti quanti!",)),
)

# For a voice that has a German one.
GERMAN_REPLIES: tuple[Reply, ...] = (
    ("de", ("Hallo Jürgen, schön, dass du da bist!", "Wie geht es dir heute?")),
    ("de", ("Vielen Dank für die Rose, Anna!",)),
    ("de", ("Wir sind schon 1.250, unglaublich!", "Macht weiter so.")),
    ("de", ("Die nächste Live beginnt am Freitag um 20:15 Uhr.",)),
    ("de", ("Ja.",)),
)


def replies_of(provider: str) -> Sequence[Reply]:
    """Return what a provider's voices are listened to with, the replies of all first."""
    return (*REPLIES, *GERMAN_REPLIES) if provider == "pico" else REPLIES
