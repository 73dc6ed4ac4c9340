"""What pages show: one frozen dataclass per page, put together from the domain; templates only lay it out."""
