"""Tests of PromoSMS."""
