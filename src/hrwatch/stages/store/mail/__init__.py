"""Who asks for what, what each was told, and the mail on its way."""
