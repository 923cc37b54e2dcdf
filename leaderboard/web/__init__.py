"""What is around every request: middleware, error pages, health, cache and the limits of uploads."""
