"""Does a text say how to opt out in words of its own, without the line of opt_out_lines.py?"""

import re

# With capitals: "non-stop" and "stop by" say nothing of that. Each works as a reply.
_COMMANDS = (
    *("STOP", "STOPP", "STOPALL", "UNSUBSCRIBE", "REZYGNUJE", "REZYGNUJĘ", "REZYGNACJA", "WYPISZ"),
    *(
        "ABMELDEN",
        "ABBESTELLEN",
        "ARRET",
        "ARRÊT",
        "DESABONNER",
        "DÉSABONNER",
        "BAJA",
        "DISISCRIVI",
    ),
    *("ODHLASIT", "ODHLÁSIT", "СТОП", "ВІДПИСАТИСЯ"),
)
_COMMAND = re.compile(rf"(?<![\w-])(?:{'|'.join(_COMMANDS)})(?![\w-])")
_LINK = re.compile(r"https?://\S|www\.\S|[\w-]\.[a-z]{2,}/\S", re.IGNORECASE)
_SIGN_OFF = re.compile(
    r"unsubscri|opt[ -]?out|wypis|rezygn|abmeld|abbestell|d[ée]sabonn|d[ée]sinscri|\bbaja\b"
    r"|disiscri|odhl[aá][sš]|відпис",
    re.IGNORECASE,
)


def says_way_out(text: str) -> bool:
    """Does a text name a word that opts out as a reply, or a link beside words that say so?"""
    return bool(_COMMAND.search(text) or (_LINK.search(text) and _SIGN_OFF.search(text)))
