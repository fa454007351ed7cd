"""Recognises grief, illness, accidents, emergencies, minors and complaints, and answers them kindly."""
