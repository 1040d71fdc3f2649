"""Submissions to a competition: made from predictions, checked before they are sent, remembered after. Torch-free."""

from __future__ import annotations

from core.segment.submission.checking import Check, Comparison, check, compare, read
from core.segment.submission.files import Kept, all_kept, keep
from core.segment.submission.making import make, write
from core.segment.submission.sent import Sent, SentLog

__all__ = [
    "Check",
    "Comparison",
    "Kept",
    "Sent",
    "SentLog",
    "all_kept",
    "check",
    "compare",
    "keep",
    "make",
    "read",
    "write",
]
