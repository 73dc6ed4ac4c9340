"""The half-year report as a document: one set of sentences and tables, laid out in Word or PDF."""
