"""Makes a quote speakable: a table's row becomes a sentence, with the same words and numbers."""

from knowledge.answers.facts import has_money

_SEPARATOR = " · "


def speakable(quote: str, *, asks_price: bool) -> str:
    """Return a quote as it is said.

    "Nome: Lampada · Prezzo: 12,50 €" is said as "Lampada: Prezzo 12,50 €." To a question for a price, what a
    row says of other things is left out.
    """
    if _SEPARATOR not in quote:
        return quote if quote[-1:] in ".!?…" else f"{quote}."
    first, *others = (part.partition(": ") for part in quote.split(_SEPARATOR))
    name = first[2] or first[0]
    said = [
        " ".join(filter(None, (column, value)))
        for column, colon, value in others
        if not asks_price or has_money(f"{column}{colon}{value}")
    ]
    return f"{name}: {', '.join(said)}." if said else f"{name}."
