"""The errors that gyeol raises on purpose.

Every message is one line that says what is wrong, names the file, and says what to do. The command line
prints it without a traceback and exits with :attr:`GyeolError.exit_code`.
"""


def first_line(error: Exception) -> str:
    """Give the first line of what somebody else's error says, or its type where it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


class GyeolError(Exception):
    """Base of all errors that a user can cause and mend."""

    exit_code = 2


class DataError(GyeolError):
    """An image, a mask, a table or a folder cannot be used as it is."""


class OutputError(GyeolError):
    """The result cannot be written where it was asked for."""


class ModelError(GyeolError):
    """A model directory cannot be loaded, or does not fit what is asked of it."""


class SettingError(ModelError, ValueError):
    """A setting is not known or out of range."""


class MissingExtraError(GyeolError):
    """A feature needs an optional dependency that is not installed."""
