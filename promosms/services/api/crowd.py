"""The requests of programs that are answered together, in this process."""

from promosms.lib.together import Crowd

PROGRAMS = Crowd(patience=0.003)
