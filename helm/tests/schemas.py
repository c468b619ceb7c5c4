"""Is an object what Kubernetes, or the definition of its kind, says that it may be?"""

import copy
import functools

import jsonschema
import kubernetes_validate

import manifests
import tools

# The operator's own definitions of an old release, and those made of its newest types.
DEFINITIONS = ("crds", "newest-crds")


def _closed(schema):
    """As an API server with strict field validation reads it: an unknown field is an error, an int-or-string either of the two."""
    if not isinstance(schema, dict):
        return schema
    if schema.pop("x-kubernetes-int-or-string", False):
        schema.pop("type", None)
        schema["anyOf"] = [{"type": "integer"}, {"type": "string"}]
    open_to_all = schema.pop("x-kubernetes-preserve-unknown-fields", False)
    for key in ("properties", "patternProperties"):
        for name, inner in schema.get(key, {}).items():
            schema[key][name] = _closed(inner)
    for key in ("items", "additionalProperties"):
        if key in schema:
            schema[key] = _closed(schema[key])
    if "properties" in schema and "additionalProperties" not in schema and not open_to_all:
        schema["additionalProperties"] = False
    return schema


@functools.cache
def definitions(folder):
    """(apiVersion, kind) -> schema, of a folder of CustomResourceDefinitions and of our own."""
    found = {}
    for path in [*(tools.TOOLS / folder).glob("*.yaml"), *(tools.HERE / "crds").glob("*.yaml")]:
        for crd in manifests.parse(path.read_text()):
            for version in crd["spec"]["versions"]:
                schema = _closed(copy.deepcopy(version["schema"]["openAPIV3Schema"]))
                schema["properties"]["metadata"] = {"type": "object"}
                found[f"{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["kind"]] = schema
    return found


def _custom(found, folder):
    schema = definitions(folder).get((found["apiVersion"], found["kind"]))
    if schema is None:
        return [f"no definition of {found['apiVersion']} {found['kind']} in {folder}"]
    errors = jsonschema.Draft7Validator(schema).iter_errors(found)
    return [f"{folder}: {'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


def faults(found, version):
    """What is wrong with an object under a version of Kubernetes: sentences."""
    if "." in found["apiVersion"].split("/")[0] and not found["apiVersion"].split("/")[0].endswith(".k8s.io"):
        return [fault for folder in DEFINITIONS for fault in _custom(found, folder)]
    try:
        kubernetes_validate.validate(found, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{'.'.join(map(str, error.path))}: {error.message}"]
    except (kubernetes_validate.SchemaNotFoundError, kubernetes_validate.InvalidSchemaError) as error:
        return [f"{version}: {error}"]
    return []
