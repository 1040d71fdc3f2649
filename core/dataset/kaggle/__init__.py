"""Kaggle: credentials, the competition's files, submissions.

The `kaggle` package authenticates and makes a folder when it is imported, and may end the process. So only
`worker` imports it, in a process of its own; everything else talks to that process through `client`.
"""
