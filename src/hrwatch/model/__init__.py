"""Every type that flows through hrwatch, and nothing else: frozen, slotted, tuples, UTC."""
