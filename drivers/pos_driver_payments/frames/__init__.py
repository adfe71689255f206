"""The bytes of payment terminals, without any I/O, and the conversations that they make up."""
