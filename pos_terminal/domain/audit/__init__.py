"""What an inspector reads beside the sales."""
