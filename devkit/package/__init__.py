"""What `sam build` made, looked through before it is deployed."""

from devkit.package.check import Finding, check

__all__ = ["Finding", "check"]
