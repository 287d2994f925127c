"""Reads OpenClaw logs and says what is wrong, why, and what to do.

    >>> import clawsift
    >>> report = clawsift.scan("/tmp/openclaw")
    >>> print(report.to_markdown())

On Spark see `clawsift.spark`.
"""

from ._clawsift import Catalogue, Error, Match, MergeError, Report, RulesError, __version__, scan

__all__ = ["Catalogue", "Error", "Match", "MergeError", "Report", "RulesError", "__version__", "scan"]
