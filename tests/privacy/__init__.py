"""Tests of the promises about privacy that need a whole installation."""
