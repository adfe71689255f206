"""The verifier's core: signed records in order go in, the first that is not right comes out.

Pure, and of the standard library alone: a reader of `journal.db` feeds it (`journal verify`, the
rounds, a start), and one of archives (`archive verify`, `verify.py`, `restore`, `purge`). It
shares no rule with the program that writes, so that a mistake of the one is a finding of the other.
Python 3.9 or later: the archive's `verify.py` is put together of these modules.
"""
