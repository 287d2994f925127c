"""Find out what is wrong in OpenClaw logs, why, and how to fix it.

    >>> import clawsift
    >>> report = clawsift.scan("/tmp/openclaw")
    >>> print(report.to_markdown())

For Spark, see `clawsift.spark`.
"""

from ._clawsift import Catalogue, Error, Match, MergeError, Report, RulesError, __version__, scan

__all__ = ["Catalogue", "Error", "Match", "MergeError", "Report", "RulesError", "__version__", "scan"]
