"""What the table of a language contains: the words with which its people opt out, and others."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Vocabulary:
    """Words separated by spaces; phrases by commas, in the notation of phrases.py.

    Accents may be written or not. A word of one language counts in every other: people reply in
    their own.
    """

    opt_out_line: str  # in promotions; GSM 7-bit, 30 characters
    opt_out_link: str  # before a link to opt out; GSM 7-bit
    # Words of a stop that is certain.
    clear: str  # unambiguous: a stop alone, or with at most two words after them
    everyday: str  # a stop alone or beside words of texting; in a sentence a hold
    only_alone: str  # as everyday words, but in a sentence they mean something else
    slips: str  # a finger beside the key; as everyday words
    misspelt: str  # long words that count with one letter wrong, missing, too many or swapped
    clear_stems: str  # beginnings of unambiguous words; as everyday words
    stems: str  # beginnings of words that are always a hold
    objects: str  # texting, and the one who is texted: may stand beside an everyday word
    other_things: str  # beginnings of what a customer may cancel as well: not certain, so a hold
    polite: str  # courtesies and marks of an answer, which are ignored
    start: str
    help: str
    signatures: str  # added by a phone or a program, with everything after it
    # Words of a hold. Each may mean that consent is missing or withdrawn.
    alone: str  # a wish to stop if a sentence says nothing else
    enough: str  # has had enough
    do_not_write: str  # forbids to write, to send or to call
    leave_alone: str  # wants to be left in peace
    insults: str  # rude: nobody who wants more texts writes so
    source_of_number: str  # asks where the number is from, or does not know us: no consent known
    delete_number: str  # wants number or data deleted: the law counts it as an objection
    block_or_report: str  # blocks or reports us: the next text may cost a fine
    law: str  # names a law, an authority or a lawyer
    spam: str  # takes the text for spam or fraud
    wrong_person: str  # the number has a new holder, who never consented, or the recipient has died
    unsubscribe: str  # wants off a list, in other words
    never_agreed: str  # denies or withdraws the consent
    not_interested: str  # does not want our offers
    # Phrases with such words that certainly mean something else: they are not read further.
    harmless: str
