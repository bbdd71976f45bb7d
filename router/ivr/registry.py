"""Pure: finds the node types: every module in ``nodes/`` holds one, named as the module. A new type is one file."""

import importlib
import pkgutil
from functools import cache

from router.ivr import nodes
from router.ivr.flow import Node, node_type


@cache
def node_types() -> dict[str, type[Node]]:
    """Return the class of each node type by the name YAML gives it, in alphabetical order.

    Raises ``RuntimeError`` where a module in ``nodes/`` does not hold exactly one node type.
    """
    found: dict[str, type[Node]] = {}
    for module_info in sorted(pkgutil.iter_modules(nodes.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{nodes.__name__}.{module_info.name}")
        classes = [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Node) and value.__module__ == module.__name__
        ]
        if len(classes) != 1:
            raise RuntimeError(f"{module.__name__} must hold one node type, it holds {len(classes)}")
        found[node_type(classes[0])] = classes[0]
    return found
