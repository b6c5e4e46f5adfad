"""Labels of opt-outs: how a number got on the list."""

from promosms.language import lazy_gettext as _
from promosms.models import SuppressionSource

# Source: its label, and the tone of its badge.
SOURCES = {
    SuppressionSource.KEYWORD: (_("STOP word"), "bad"),
    SuppressionSource.LINK: (_("Opt-out link"), "bad"),
    SuppressionSource.HELD: (_("Asked in other words (held until read)"), "warn"),
    SuppressionSource.WORDS: (_("Asked in other words"), "bad"),
    SuppressionSource.FAILURE: (_("Hard failure: the network says they opted out"), "bad"),
    SuppressionSource.REPLY: (_("A reply whose words were not kept"), "bad"),
    SuppressionSource.HAND: (_("Added by hand"), "bad"),
    SuppressionSource.IMPORT: (_("Imported"), "bad"),
}
NAMES = {source: label for source, (label, _tone) in SOURCES.items()}
