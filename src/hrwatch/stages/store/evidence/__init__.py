"""What was fetched, as it came, and the chain that shows it whole."""
