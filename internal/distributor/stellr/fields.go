package stellr

import "seatledger/internal/distributor/lenient"

// The names a field may have, the likeliest first. Only customerNo, subscriptionId,
// contractNo, lineNo, productName, skuNo, mfgPartNo, quantity, startDate, status and the
// flat address are seen live; every other name here is a guess.
var (
	customerNo     = lenient.Field{"customerNo", "customerNumber", "customerId", "endCustomerNo", "id"}
	customerName   = lenient.Field{"name", "companyName", "customerName", "displayName", "company"}
	customerDomain = lenient.Field{"domain", "defaultDomain", "primaryDomain", "domainName", "microsoftDomain"}
	tenantID       = lenient.Field{"microsoftTenantId", "tenantId", "msTenantId", "microsoft.tenantId"}
	email          = lenient.Field{"email", "contactEmail", "emailAddress", "contact.email"}
	phone          = lenient.Field{"phone", "contactPhone", "phoneNumber", "contact.phone"}
	street         = lenient.Field{"address1", "addressLine1", "street", "address.address1", "address.street",
		"address"}
	city       = lenient.Field{"city", "address.city"}
	state      = lenient.Field{"state", "province", "address.state"}
	postalCode = lenient.Field{"zipCode", "postalCode", "zip", "address.zipCode", "address.postalCode",
		"address.zip"}
	country        = lenient.Field{"country", "countryCode", "address.country"}
	customerStatus = lenient.Field{"status", "customerStatus", "active", "isActive"}

	subscriptionID = lenient.Field{"subscriptionId", "subscriptionNo", "subscriptionID"}
	contractNo     = lenient.Field{"contractNo", "contractNumber", "contractId"}
	lineNo         = lenient.Field{"lineNo", "lineNumber", "line"}
	vendorSubID    = lenient.Field{"vendorSubscriptionId", "microsoftSubscriptionId", "providerSubscriptionId"}
	vendor         = lenient.Field{"vendorName", "vendor", "vendorId", "publisher", "manufacturer"}
	productName    = lenient.Field{"productName", "product", "productDescription", "description", "serviceName",
		"subscriptionName"}
	partNumber = lenient.Field{"mfgPartNo", "mfgPartNumber", "manufacturerPartNumber", "vendorPartNo", "offerId"}
	skuNo      = lenient.Field{"skuNo", "sku", "skuNumber", "synnexSku"}
	quantity   = lenient.Field{"quantity", "qty", "seats", "licenseQuantity", "seatCount", "totalLicenses"}
	unitCost   = lenient.Field{"unitPrice", "unitCost", "resellerPrice", "cost", "unitPrice.amount",
		"unitCost.amount"}
	suggestedPrice = lenient.Field{"customerPrice", "msrp", "suggestedPrice", "customerPrice.amount"}
	currency       = lenient.Field{"currency", "currencyCode", "billingCurrency", "unitPrice.currency"}
	billing        = lenient.Field{"billingFrequency", "billingCycle", "billingPeriod", "billFrequency"}
	term           = lenient.Field{"term", "billingTerm", "termDuration", "commitmentTerm", "subscriptionTerm",
		"commitment"}
	startDate = lenient.Field{"startDate", "activationDate", "subscriptionStartDate", "effectiveDate"}
	endDate   = lenient.Field{"endDate", "renewalDate", "expiryDate", "expirationDate", "subscriptionEndDate",
		"termEndDate"}
	autoRenew      = lenient.Field{"autoRenew", "autoRenewEnabled", "isAutoRenew", "autoRenewal", "autoRenewStatus"}
	status         = lenient.Field{"status", "subscriptionStatus", "state"}
	billingModel   = lenient.Field{"billingModel", "productType", "billingType", "subscriptionType", "category"}
	recordCustomer = lenient.Field{"customerNo", "customerNumber"}
)
