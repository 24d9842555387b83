"""What a sweep over many repositories does next: pure functions over its state."""
