"""Export: records, works and the network, for other tools and back; one module a family of formats.

`command` selects and writes; `items` is what the writers are given. The writers mirror the
readers of `slr.pull` and take the names of tags from them.
"""
