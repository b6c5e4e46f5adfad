"""The ready texts: the same ones for every trade and language, and fit to be sent."""

import pytest

from promosms.models import CampaignKind
from promosms.services.campaigns import audience, kinds
from promosms.services.campaigns.writer import Writer
from promosms.services.templates import starters
from promosms.services.templates.starters import Starter
from promosms.sms import foreign_placeholders, gsm7, personalise, segments
from promosms.sms.transliterate import tidy

TRADES, EACH = 8, 4
KINDS = [*[CampaignKind.PROMOTIONAL] * 2, *[CampaignKind.SERVICE] * 2]
ALL = pytest.mark.parametrize("starter", starters.all_starters(), ids=lambda one: one.key)


def test_every_trade_has_the_same_kinds_of_texts_in_each_language() -> None:
    assert len(starters.trades()) == TRADES
    for trade in starters.trades():
        for language in starters.LANGUAGES:
            found = starters.of(trade, language)
            assert [one.kind for one in found] == KINDS, (trade, language)
            assert len({one.name for one in found}) == EACH, (trade, language)
        assert starters.of(trade, "uk") == []
    everything = starters.all_starters()
    assert len({one.key for one in everything}) == len(everything) == TRADES * EACH * 2
    assert all(starters.find(one.key) is one for one in everything)
    assert starters.find("shop-en-99") is None


@ALL
def test_a_ready_text_is_whole_for_everybody_and_fits_its_kind(starter: Starter) -> None:
    for accents in (False, True):
        draft = starter.draft(accents=accents)
        assert draft.text == tidy(draft.text)
        assert "first_name" in personalise.compile(draft.text).names
        assert personalise.unknown(draft.text, audience.placeholders()) == ()
        assert foreign_placeholders.find(draft.text, lambda _word: None) == ()
        assert draft.opt_out_line == (starter.kind == CampaignKind.PROMOTIONAL)
        assert not kinds.lacks_way_out(draft.kind, draft.text, opt_out_line=draft.opt_out_line)
        assert kinds.promotion_words_in(draft.kind, draft.text) == ()
        for name in ("", "Ola", starters.NAME):
            written = Writer(draft.text, draft.opt_out_line, draft.language).write(
                {"first_name": name}
            )
            assert not {" ,", " !", "  ", "{"} & {written[n : n + 2] for n in range(len(written))}
            assert "{" not in written
            parts = segments.measure(written).parts
            assert parts <= starter.parts(accents=accents)
            if not accents:
                assert (gsm7.is_gsm7(written), parts) == (True, 1)


def test_the_language_of_a_text_is_its_own() -> None:
    for starter in starters.all_starters():
        spelt = f"{starter.name} {starter.spelt}"
        assert starter.language == "pl" or spelt.isascii()
    polish = [one.spelt for one in starters.all_starters() if one.language == "pl"]
    assert sum(not gsm7.is_gsm7(text) for text in polish) == len(polish), "spelt with accents"
