"""Publishing a challenge, and the readiness check that must pass first."""
