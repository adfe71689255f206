"""What the till looks up in its past: a projection of the journal, made anew from it if lost."""
