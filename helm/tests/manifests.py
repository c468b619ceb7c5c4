"""Rendered objects."""

import functools

import yaml

import tools


class Strict(yaml.CSafeLoader):
    """A key given twice in one map is an error: Helm and PyYAML would take the last without a word."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {name} comes twice", key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


# YAML 1.1 reads a lone "=" as a type that PyYAML has no value for; CRDs have it in lists of operators.
Strict.add_constructor("tag:yaml.org,2002:value", lambda loader, node: node.value)


def parse(text):
    return [found for found in yaml.load_all(text, Strict) if found is not None]


class NotRendered(Exception):
    pass


@functools.cache
def rendered(helm, values, version):
    """The objects that a Helm makes of a values file for a version of Kubernetes. What calls this must not change them."""
    done = tools.template(helm, values, version)
    if done.returncode != 0:
        raise NotRendered(f"{values.name}: {helm} for {version}: {done.stderr.strip()}")
    return parse(done.stdout)


def cases(versions=tools.VERSIONS):
    """Every Helm, values file and version."""
    return [(helm, values, version) for values in tools.values_files() for helm in tools.HELMS for version in versions]


def render_all(some=None):
    """Renders every case, or some, two at a time: for the cache. Gives what could not be rendered."""

    def render(*case):
        try:
            rendered(*case)
        except (NotRendered, yaml.YAMLError) as error:
            return f"{case[1].name}: {case[0]} for {case[2]}: {error}"
        return None

    return [fault for fault in tools.for_each(render, some or cases()) if fault]


def name_of(found):
    return f"{found['kind']} {found['metadata']['name']}"


# Where the specification of a pod stands in an object that has one.
POD_IN = {"Pod": (), "StatefulSet": ("spec", "template"), "Deployment": ("spec", "template"), "DaemonSet": ("spec", "template"),
          "ReplicaSet": ("spec", "template"), "Job": ("spec", "template"), "CronJob": ("spec", "jobTemplate", "spec", "template")}


def pod_of(found):
    """Metadata and specification of the pod that an object makes, or nothing."""
    if found["kind"] not in POD_IN:
        return None
    for key in POD_IN[found["kind"]]:
        found = found[key]
    return {"metadata": found.get("metadata", {}), "spec": found["spec"]}
