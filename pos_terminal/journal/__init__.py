"""The till's memory and the shop's evidence: appended, chained, durable before anything shows."""
