"""How each language writes dates and times. Templates and code use the names, never a format of their own.

Django finds the modules by `FORMAT_MODULE_PATH`. Each of them has the same names; times have 24 hours.
"""
