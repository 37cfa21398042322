"""What the list of subscriptions shows, on the product's own tables."""
from django.db import models


class Named(models.Model):
    """A record that is shown by its name."""

    id = models.UUIDField(primary_key=True)
    name = models.TextField()

    class Meta:
        abstract = True

    def __str__(self):
        return self.name


class Provider(Named):
    class Meta:
        managed = False
        db_table = "providers"


class ProviderAccount(Named):
    class Meta:
        managed = False
        db_table = "provider_accounts"


class CRMAccount(Named):
    class Meta:
        managed = False
        db_table = "crm_accounts"


class Contract(Named):
    class Meta:
        managed = False
        db_table = "billing_contracts"


class Subscription(models.Model):
    id = models.UUIDField(primary_key=True)
    provider = models.ForeignKey(Provider, models.DO_NOTHING)
    account = models.ForeignKey(ProviderAccount, models.DO_NOTHING)
    crm_account = models.ForeignKey(CRMAccount, models.DO_NOTHING, null=True)
    contract = models.ForeignKey(Contract, models.DO_NOTHING, null=True)
    external_id = models.TextField()
    product_name = models.TextField()
    product_key = models.TextField()
    part_number = models.TextField()
    kind = models.TextField(choices=[(k, k) for k in ("licence", "one_time", "usage", "trial", "unknown")])
    state = models.TextField(choices=[(s, s) for s in ("held", "active", "inactive")])
    review = models.TextField(null=True, choices=[(r, r) for r in ("fail", "warn", "ok", "signed")])
    quantity = models.IntegerField()
    unit_price = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    unit_cost = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    currency = models.TextField()
    end_date = models.DateField(null=True)

    class Meta:
        managed = False
        db_table = "subscriptions"

    def __str__(self):
        return self.product_name
