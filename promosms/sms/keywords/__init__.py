"""What the reply of a recipient asks for: stop, start, help, or none of these."""

from promosms.sms.keywords.answer_words import answer_word, first_word
from promosms.sms.keywords.opt_out_lines import opt_out_line, opt_out_link_line
from promosms.sms.keywords.replies import Keyword, recognise
from promosms.sms.keywords.sign_up import BadWord, WordProblem, sign_up_word, sign_up_word_in
from promosms.sms.keywords.way_out import says_way_out

__all__ = [
    "BadWord",
    "Keyword",
    "WordProblem",
    "answer_word",
    "first_word",
    "opt_out_line",
    "opt_out_link_line",
    "recognise",
    "says_way_out",
    "sign_up_word",
    "sign_up_word_in",
]
