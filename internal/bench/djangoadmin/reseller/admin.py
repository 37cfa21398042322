"""The list of subscriptions with the columns that the product's has."""
from django.contrib import admin

from .models import Subscription


@admin.register(Subscription)
class SubscriptionAdmin(admin.ModelAdmin):
    list_display = ("product_name", "part_number", "review", "crm_account", "contract", "external_id", "provider",
                    "state", "quantity", "unit_price", "unit_cost", "currency", "end_date")
    list_select_related = ("provider", "account", "crm_account", "contract")
    list_filter = ("state", "review", "kind")
    search_fields = ("product_name", "part_number", "external_id", "crm_account__name")
    ordering = ("product_key", "id")
    list_per_page = 50
