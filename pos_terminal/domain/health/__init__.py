"""What is wrong on the box: incidents, and which are causes of others."""
