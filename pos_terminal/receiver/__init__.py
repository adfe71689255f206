"""The technician's side of signs of life: hears boxes, and mails those that fall silent."""
