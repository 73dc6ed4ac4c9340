"""What programs send and get: marshmallow schemas. What a schema does not list never leaves the house."""
