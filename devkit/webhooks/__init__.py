"""Webhooks as the command line shows and changes them: those of files, and those that a deployed stack takes."""
