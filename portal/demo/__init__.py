"""The demonstration district, loaded through the same functions that people use."""

from portal.demo.loading import load_demo

__all__ = ["load_demo"]
