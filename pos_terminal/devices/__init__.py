"""What each class of device promises (UPOS words), the errors it may raise, and the table of drivers."""
