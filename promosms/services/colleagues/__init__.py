"""Colleagues: the people who sign in to one account, how they join, and how they leave."""
