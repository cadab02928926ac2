"""Every page in each of its states: what the browser suites and the screenshots look at."""
