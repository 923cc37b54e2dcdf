"""What users are told: notices, their e-mails, and unsubscribing."""
