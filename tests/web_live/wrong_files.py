"""A hundred files that are no configuration, made of one that is."""

import copy
import json


def scalars(node, path=()):
    """Where the single values stand."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(value, (dict, list)):
            yield from scalars(value, (*path, key))
        else:
            yield (*path, key)


def maps(node, path=()):
    if isinstance(node, dict):
        yield path
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(value, (dict, list)):
            yield from maps(value, (*path, key))


def at(node, path):
    for key in path:
        node = node[key]
    return node


def wrong_files(good, count):
    """Name -> text; each differs from the good one in one thing."""
    made = {}

    def change(name, path, act):
        config = copy.deepcopy(good)
        act(at(config, path))
        made[name] = json.dumps(config)

    for path in scalars(good):
        for wrong in ([1], {"a": 1}, None):
            change(f"{path} is {wrong}", path[:-1], lambda node, key=path[-1], value=wrong: node.__setitem__(key, value))
    for path in maps(good):
        change(f"{path} has an unknown key", path, lambda node: node.__setitem__("unknown", 1))
    for path in ((), ("accounts", 0), ("accounts", 0, "apps", 0)):
        for key in at(good, path):
            if key in ("accounts", "customer_id", "customer_secret", "apps", "app_id"):
                change(f"{path} lacks {key}", path, lambda node, key=key: node.pop(key))
    change("two apps of one id", ("accounts", 0, "apps"), lambda apps: apps.append(dict(apps[0], name="other")))
    change("two apps of one name", ("accounts", 0, "apps"), lambda apps: apps.append(dict(apps[0], app_id="f" * 32)))
    change("another folder", ("storage",), lambda storage: storage.__setitem__("path", storage["path"] + "-2"))
    text = json.dumps(good)
    rest = count - len(made)
    for i in range(rest):
        size = (i + 1) * (len(text) - 1) // (rest + 1)
        made[f"cut after {size} bytes"] = text[:size]
    return made
