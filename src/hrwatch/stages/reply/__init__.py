"""What a subscriber replied: one mail → what it asks for, or nothing. Pure."""
