"""The interbank rail: a stand-in that speaks SNAP (Bank Indonesia's open API standard) over HTTP.

It is an outside party: it imports nothing of the project, keeps real time, and has a book of its
own. What it answers follows from `rules.py` and from what `/_control` has told it.
"""
