"""What a host says in a minute: fifteen replies in two languages, with names, numbers, second sentences."""

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
