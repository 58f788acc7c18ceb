"""The shapes of what people send, one file per capability. Both faces validate by them."""
