"""Detectors that others bring: what one has to do, how it is found, and what gyeol puts around it."""

from gyeol.plugins.contract import DetectorPlugin, HeldOut, Scored

__all__ = ["DetectorPlugin", "HeldOut", "Scored"]
