"""The command line: the only room that prints, prompts, shows progress and exits."""
