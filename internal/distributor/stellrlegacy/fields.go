package stellrlegacy

import "seatledger/internal/distributor/lenient"

// The names a field has in public clients of this API come first; the others are guesses.
var (
	customerNo     = lenient.Field{"snx_eu_no", "eu_no", "customer_no"}
	customerName   = lenient.Field{"company_name", "name"}
	customerDomain = lenient.Field{"domain", "default_domain"}
	tenantID       = lenient.Field{"tenant_id", "microsoft_tenant_id"}
	email          = lenient.Field{"email", "contact_email"}
	phone          = lenient.Field{"phone", "contact_phone"}
	street         = lenient.Field{"address1", "address"}
	city           = lenient.Field{"city"}
	state          = lenient.Field{"state"}
	postalCode     = lenient.Field{"zip_code", "postal_code"}
	country        = lenient.Field{"country"}
	customerStatus = lenient.Field{"status", "active"}

	subscriptionID = lenient.Field{"subscription_id"}
	vendorSubID    = lenient.Field{"vendor_subscription_id", "ms_subscription_id"}
	serviceName    = lenient.Field{"service_name", "product_name", "description"}
	partNumber     = lenient.Field{"mfg_part_no", "offer_id"}
	skuNo          = lenient.Field{"snx_sku_no", "sku_no"}
	quantity       = lenient.Field{"quantity", "qty", "seats"}
	unitPrice      = lenient.Field{"unit_price", "unit_cost"}
	msrp           = lenient.Field{"msrp"}
	currency       = lenient.Field{"currency", "currency_code"}
	billing        = lenient.Field{"billing_frequency", "billing_cycle"}
	term           = lenient.Field{"term", "billing_term"}
	status         = lenient.Field{"status", "subscription_status"}
	details        = lenient.Field{"subscriptions_info", "subscription_info"}
)
