"""Finding detectors: those that installed packages name under the entry point group ``gyeol.detectors``.

gyeol's own baselines come in by the same door, from gyeol's pyproject.toml.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from gyeol.detect.directory import OWN
from gyeol.errors import GyeolError, MissingExtraError, ModelError
from gyeol.files import printable
from gyeol.plugins.contract import DetectorPlugin

GROUP = "gyeol.detectors"
DOCUMENT = "docs/plugins.md"
_METHODS = ("fit", "score", "to_arrays", "from_arrays")


def names() -> list[str]:
    """List the names of all detectors, gyeol's own first; none of them is imported."""
    return [OWN, *sorted({point.name for point in entry_points(group=GROUP)} - {OWN})]


def package_of(name: str) -> str:
    """Say which package and version brings a plugin: ``gyeol-example 1.0``.

    Raises
    ------
    ModelError
        If there is no such plugin, or more than one.
    """
    return _package(_find(name))


def load(name: str) -> type[DetectorPlugin]:
    """Import a plugin's class.

    Raises
    ------
    ModelError
        If there is no plugin of that name, or it is broken.
    MissingExtraError
        If a module that it needs is not installed.
    """
    point = _find(name)
    told = f"the detector {name!r} of {_package(point)}"
    try:
        found = point.load()
    except GyeolError:
        raise
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"{told} needs {printable(error.name)}, which is not installed") from error
    except Exception as error:  # it is not our code: anything may happen in it
        raise ModelError(
            f"{told} cannot be imported ({type(error).__name__}: {printable(error)}); "
            "mend or remove that package"
        ) from error
    lacking = [each for each in _METHODS if not callable(getattr(found, each, None))]
    lacking += [each for each in ("title", "external_data") if not hasattr(found, each)]
    if not isinstance(found, type) or lacking:
        what = f"has no {', '.join(lacking)}" if isinstance(found, type) else "is not a class"
        raise ModelError(f"{told} {what}; it has to do what {DOCUMENT} says")
    return found


def _find(name: str) -> EntryPoint:
    points = list({_package(point): point for point in entry_points(group=GROUP, name=name)}.values())
    if name == OWN or not points:
        raise ModelError(
            f"no detector {printable(name)!r}; there are {', '.join(names())}. "
            "Others come with the packages that bring them"
        )
    if len(points) > 1:
        raise ModelError(
            f"more than one package brings a detector {name!r}: {', '.join(map(_package, points))}; "
            "uninstall all but one"
        )
    return points[0]


def _package(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value
