"""What the reply of a recipient asks for: stop, start, help, or none of these."""

from promosms.sms.keywords.opt_out_lines import opt_out_line
from promosms.sms.keywords.replies import Keyword, recognise

__all__ = ["Keyword", "opt_out_line", "recognise"]
