"""The layouts of folders that are read as they are. docs/layouts.md describes each for users."""

from gyeol.data.layouts.registry import (
    LAYOUTS,
    find_layout,
    fitting_layouts,
    read_dataset,
    read_training_data,
    rows_to_judge,
)

__all__ = ["LAYOUTS", "find_layout", "fitting_layouts", "read_dataset", "read_training_data", "rows_to_judge"]
