"""Fixed lines that the host says to somebody who may be in distress."""

HELP_LINES = {
    "it": (
        "Quello che senti conta, e non devi affrontarlo da solo o da sola. Parlane con qualcuno di cui ti"
        " fidi, o con Telefono Amico allo 02 2327 2327; se sei in pericolo adesso, chiama il 112."
    ),
    "en": (
        "What you feel matters, and you don't have to face it alone. Please talk to someone you trust,"
        " or to a crisis line: 988 in the US and Canada, 116 123 in the UK and Ireland."
        " If you are in danger now, call your emergency number."
    ),
    "de": (
        "Was du fühlst, ist wichtig, und du musst damit nicht allein bleiben. Sprich mit jemandem, dem"
        " du vertraust, oder mit der Telefonseelsorge unter 116 123."
        " Wenn du jetzt in Gefahr bist, ruf die 112 an."
    ),
}
PUBLIC_NUMBERS = frozenset({"0223272327", "116123", "08001110111", "08001110222", "19696"})


def help_line(language: str) -> str:
    """Return the line in a show's language, in English if there is none."""
    return HELP_LINES.get(language, HELP_LINES["en"])
