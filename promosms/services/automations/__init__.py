"""Automations: texts that go by themselves when their day comes."""
