"""What users are told: notices, announcements, their e-mails, and unsubscribing."""
