"""What the host says from documents, and how it says that they do not answer."""
