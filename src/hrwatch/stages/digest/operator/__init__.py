"""What the operator is mailed: a report every week, and alerts. Pure; English, plain text."""
