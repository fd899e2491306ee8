"""The nine verbs of the pipeline, one module or package each; none imports another."""
