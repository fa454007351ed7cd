"""A local stand-in for Stripe: its API, its hosted pages, its clock and its signed webhooks.

Written from Stripe's public documentation of the shapes. It is a model: what it leaves out (3-D Secure,
disputes, other currencies than the prices', the checks of each parameter) is not tested by it.
"""
