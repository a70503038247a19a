"""The commands: each parses, calls one verb of the pipelines, and shows what came of it."""
