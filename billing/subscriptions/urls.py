from django.urls import path

from billing.subscriptions.webhooks import stripe_webhook

urlpatterns = [path("webhook/<uuid:uuid>/", stripe_webhook, name="stripe_webhook")]
