"""What the tests run on: real databases, the application in one process or several, and people to call it."""
