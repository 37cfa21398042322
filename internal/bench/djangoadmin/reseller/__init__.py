"""The product's tables as Django sees them."""
