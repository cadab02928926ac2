"""What must stand nowhere: the secrets that the tests were given or handed in, and the search for them (spec 10 S-SEC).

`exchanges` collects them from every request and response, `forms` says how a secret may be written, `search` looks for
all of them in one pass, and `places` is where: logs, metrics, dumps and the database's folder.
"""
