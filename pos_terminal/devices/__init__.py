"""What each class of device promises (UPOS words), its errors, and the table of drivers."""
