"""FleetPrompt: a marketplace of AI agents, workflows and specs that are listed, released and handed over."""

__version__ = "0.1.0"
