"""A workspace's plan and balances as the REST API sends them."""

from rest_framework import serializers

from billing.plans.catalogue import Feature, Meter, PlanKey
from billing.plans.entitlements import AccountState


class MeterBalanceSerializer(serializers.Serializer[object]):
    meter = serializers.ChoiceField(choices=[str(meter) for meter in Meter])
    granted = serializers.IntegerField(help_text="What the plan and packs give, in the meter's unit.")
    used = serializers.IntegerField(help_text="What is used of it. Without billing, in this calendar month.")
    reserved = serializers.IntegerField(help_text="What running lives hold back.")
    left = serializers.IntegerField(allow_null=True, help_text="Null: nothing limits it.")
    percent_used = serializers.IntegerField()
    warned_at_percent = serializers.IntegerField(
        help_text="The highest warning of this period: 80, 95 or 100; 0 while there is none."
    )
    period_end = serializers.DateTimeField(allow_null=True)


EXAMPLE_PERIOD = {"period_start": "2026-11-14T09:00:00Z", "period_end": "2026-12-14T09:00:00Z"}


class BillingSerializer(serializers.Serializer[object]):
    example = {
        "plan": "self",
        "state": "active",
        "is_read_only": False,
        "trial_ends_at": None,
        **EXAMPLE_PERIOD,
        "grace_until": None,
        "cancel_at": None,
        "limits": {"concurrent_lives": 1, "seats": 3, "workspaces": 1},
        "features": ["cloud_voices"],
        "balances": [
            {
                "meter": "live_seconds",
                "granted": 108_000,
                "used": 54_000,
                "reserved": 600,
                "left": 53_400,
                "percent_used": 50,
                "warned_at_percent": 0,
                "period_end": EXAMPLE_PERIOD["period_end"],
            }
        ],
    }

    plan = serializers.ChoiceField(choices=[str(plan) for plan in PlanKey])
    state = serializers.ChoiceField(choices=[str(state) for state in AccountState])
    is_read_only = serializers.BooleanField(help_text="Whether new lives and changes are refused.")
    trial_ends_at = serializers.DateTimeField(allow_null=True)
    period_start = serializers.DateTimeField(allow_null=True)
    period_end = serializers.DateTimeField(allow_null=True)
    grace_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when everything works although a payment is overdue."
    )
    cancel_at = serializers.DateTimeField(allow_null=True, help_text="When the cancelled plan ends.")
    limits = serializers.DictField(
        child=serializers.IntegerField(), help_text="The most of each at a time. Empty: nothing is limited."
    )
    features = serializers.ListField(child=serializers.ChoiceField(choices=[str(each) for each in Feature]))
    balances = MeterBalanceSerializer(many=True)
