"""What every request passes through: middleware, error pages, health, cache and upload limits."""
