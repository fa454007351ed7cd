"""The ready-made policies: a short list of words that no host should answer or repeat, by language."""

POLICY_NAMES = {"it": "Regole di base", "en": "Basic rules"}

BLOCKLISTS: dict[str, tuple[str, ...]] = {
    "it": (
        "cazzo", "coglione", "coglioni", "cretino", "cretina", "deficiente", "fanculo", "figlio di puttana",
        "frocio", "froci", "idiota", "idioti", "imbecille", "merda", "mongoloide", "negro", "negri", "odio",
        "pezzo di merda", "porco dio", "puttana", "puttane", "ricchione", "ritardato", "ritardata", "scema",
        "scemo", "stronza", "stronzo", "stronzi", "stupida", "stupido", "terrone", "terroni", "troia", "troie",
        "vaffanculo", "ammazzati", "crepa", "muori", "ti ammazzo", "zingaro", "zoccola",
    ),
    "en": (
        "asshole", "assholes", "bastard", "bitch", "bitches", "cunt", "dickhead", "dumbass", "fag", "faggot",
        "fuck", "fucker", "fucking", "fuck you", "go die", "idiot", "idiots", "kill yourself", "kys", "moron",
        "morons", "motherfucker", "nigga", "nigger", "niggers", "retard", "retarded", "shit", "slut", "sluts",
        "stupid", "tranny", "whore", "whores",
    ),
}  # fmt: skip
