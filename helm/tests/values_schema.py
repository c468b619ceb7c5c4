"""Is values.schema.json tight, and does it say what values.yaml, Kubernetes, the operator and the exporter say?"""

import json
import pathlib
import tempfile

import jsonschema
import kubernetes_validate.utils

import schemas
import tools

# Their keys have a default elsewhere: in the program, or in Kubernetes.
OPTIONAL = ("config.", "podSecurityContext.", "securityContext.", "livenessProbe.", "readinessProbe.", "startupProbe.",
            "dashboards.grafanaOperator.instanceSelector.")

# Where any key may stand, and why.
OPEN = {
    "values.global": "Helm's own, for charts that have this one among theirs",
    "values.extraVolumes[]": "a volume has some thirty kinds of source, and their fields are many hundreds",
    "values.extraContainers[]": "all that a container can have",
    "values.extraInitContainers[]": "all that a container can have",
    "values.extraManifests[]": "objects of any kind",
}

# Values whose fields are those of a type of Kubernetes: what a misspelt key of them would do shows only in the cluster, or never.
KUBERNETES = {
    "podSecurityContext": "core.v1.PodSecurityContext", "securityContext": "core.v1.SecurityContext", "resources": "core.v1.ResourceRequirements",
    "tolerations[]": "core.v1.Toleration", "affinity": "core.v1.Affinity", "topologySpreadConstraints[]": "core.v1.TopologySpreadConstraint",
    "hostAliases[]": "core.v1.HostAlias", "dnsConfig": "core.v1.PodDNSConfig", "extraEnv[]": "core.v1.EnvVar",
    "extraVolumeMounts[]": "core.v1.VolumeMount", "livenessProbe": "core.v1.Probe", "networkPolicy.from[]": "networking.v1.NetworkPolicyPeer",
    "networkPolicy.dnsTo[]": "networking.v1.NetworkPolicyPeer", "networkPolicy.extraIngress[]": "networking.v1.NetworkPolicyIngressRule",
    "networkPolicy.extraEgress[]": "networking.v1.NetworkPolicyEgressRule",
}
# The same of the operator's kinds.
OPERATOR = {
    "serviceMonitor.relabelings[]": ("monitoring.coreos.com/v1", "ServiceMonitor", "spec.endpoints[].relabelings[]"),
    "podMonitor.metricRelabelings[]": ("monitoring.coreos.com/v1", "PodMonitor", "spec.podMetricsEndpoints[].metricRelabelings[]"),
    "scrapeConfig.relabelings[]": ("monitoring.coreos.com/v1alpha1", "ScrapeConfig", "spec.relabelings[]"),
    "prometheusRule.extraGroups[]": ("monitoring.coreos.com/v1", "PrometheusRule", "spec.groups[]"),
}
# Of a probe the chart has one key more.
OWN = {"livenessProbe": {"enabled"}}


def resolve(schema, root):
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def key_faults(values, schema, root, where=""):
    """Every key of values.yaml is in the schema and the other way round, wherever values.yaml spells keys out."""
    schema = resolve(schema, root)
    if not isinstance(values, dict) or "properties" not in schema:
        return []
    # What is empty by default lists its keys in the schema alone; `global` is Helm's own.
    faults = [f"values.yaml lacks {where}{key}" for key in schema["properties"]
              if values and key not in values and key != "global" and not where.startswith(OPTIONAL)]
    for key, value in values.items():
        if key not in schema["properties"]:
            faults.append(f"values.schema.json lacks {where}{key}")
        else:
            faults += key_faults(value, schema["properties"][key], root, f"{where}{key}.")
    return faults


def open_maps(schema, root, where, seen=()):
    """Objects of the schema that let any key pass with any value."""
    if "$ref" in schema:
        if schema["$ref"] in seen:
            return []
        seen = (*seen, schema["$ref"])
    schema = resolve(schema, root)
    found, further = [], schema.get("additionalProperties", True)
    if further in (True, {}) and ("object" in schema.get("type", ()) or "properties" in schema):
        found.append(where)
    for key, inner in schema.get("properties", {}).items():
        found += open_maps(inner, root, f"{where}.{key}", seen)
    for key, inner in (("[]", schema.get("items")), (".*", further)):
        if isinstance(inner, dict):
            found += open_maps(inner, root, where + key, seen)
    if not {"type", "enum", "const", "properties"} & set(schema):
        found.append(where)  # anything may stand there
    return found


def open_faults(schema):
    found = open_maps(schema, schema, "values")
    faults = [f"values.schema.json lets any key pass in {where}" for where in found if where not in OPEN]
    return faults + [f"values.schema.json is closed in {where}: no need to list it" for where in OPEN if where not in found]


def at(schema, root, path):
    """The schema of a.b[].c."""
    for key in path.split("."):
        schema = resolve(resolve(schema, root)["properties"][key.removesuffix("[]")], root)
        if key.endswith("[]"):
            schema = resolve(schema["items"], root)
    return schema


def field_faults(ours, theirs, where):
    """Both are (schema, the root of its references). Names of fields and what must be given; not what their values may be."""
    (ours, root), (theirs, their_root) = ours, theirs
    ours, theirs = resolve(ours, root), resolve(theirs, their_root)
    if "items" in theirs:
        if "items" not in ours:
            return [f"{where}: no list"]
        return field_faults((ours["items"], root), (theirs["items"], their_root), f"{where}[]")
    if "properties" not in theirs:
        return [f"{where} has fields"] if "properties" in ours else []
    if "properties" not in ours:
        return [f"{where}: no fields"]
    names, known = set(ours["properties"]) - OWN.get(where, set()), set(theirs["properties"])
    faults = [f"{where} lacks {name}" for name in sorted(known - names)] + [f"{where} knows no {name}" for name in sorted(names - known)]
    faults += [f"{where} may lack {name}" for name in theirs.get("required") or () if name not in ours.get("required", ())]
    for name in sorted(names & known):
        faults += field_faults((ours["properties"][name], root), (theirs["properties"][name], their_root), f"{where}.{name}")
    return faults


def foreign_faults(schema):
    """Fields that are Kubernetes' or the operator's are those of the newest version."""
    folder = pathlib.Path(kubernetes_validate.utils.__file__).parent / "kubernetes-json-schema"
    kubernetes = json.loads((folder / f"v{tools.NEWEST}-local-strict" / "_definitions.json").read_text())
    faults = []
    for path, name in KUBERNETES.items():
        faults += field_faults((at(schema, schema, path), schema), (kubernetes["$defs"][f"io.k8s.api.{name}"], kubernetes), path)
    for path, (version, kind, inside) in OPERATOR.items():
        operator = schemas.definitions("newest-crds")[version, kind]
        faults += field_faults((at(schema, schema, path), schema), (at(operator, operator, inside), operator), path)
    return [f"values.schema.json: {fault}" for fault in faults]


INTERVALS = ("0", "100ms", "1m30s", "1.5h", "2us", "7µs", "8783h", "90", "1d", "1s2", ".5s", "-1s", "+1s", "1 s", "1m 30s", "s", "often")
HASHES = [f"$2{kind}${cost}$agoraexporterchartciv.wmw1GWq7IAdT9ZZvKjTa6cjloI4.lM{end}"
          for kind, cost, end in (("a", "10", "S"), ("b", "10", "S"), ("y", "10", "S"), ("x", "10", "S"), ("y", "03", "S"), ("y", "04", "S"),
                                  ("y", "16", "S"), ("y", "17", "S"), ("y", "4", "S"), ("y", "10", ""), ("y", "10", "SS"), ("y", "10", "-"))]
WEB = [
    *[{"rate_limit": {"interval": interval, "burst": 5}} for interval in INTERVALS],
    *[{"rate_limit": {"interval": "1s", "burst": burst}} for burst in (0, 1, 1_000_000, 1_000_001)],
    *[{"basic_auth_users": {"prometheus": text}} for text in HASHES],
    *[{"basic_auth_users": {user: HASHES[0]}} for user in ("a:b", "")],
    {"rate_limit": {"interval": "1s"}},
    {"rate_limit": {"rate": 1, "burst": 5}},
]


def web_faults(exporter, schema):
    """What the schema lets pass as webConfig.content, the exporter takes; what it refuses, the exporter refuses."""
    content = {**at(schema, schema, "webConfig.content"), "$defs": schema["$defs"]}
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        config, web = pathlib.Path(folder) / "exporter.yaml", pathlib.Path(folder) / "web-config.yml"
        config.write_text("accounts: [{customer_id: made-up, customer_secret: made-up, apps: [{app_id: made-up}]}]")
        for case in WEB:
            web.write_text(json.dumps(case, ensure_ascii=False))
            done = tools.run(exporter, "check-config", f"--config.file={config}", f"--web.config.file={web}")
            if jsonschema.Draft7Validator(content).is_valid(case) != (done.returncode == 0):
                faults.append(f"values.schema.json and the exporter differ about {json.dumps(case)}: {done.stdout}{done.stderr}".strip())
    return faults


def check(exporter, values):
    schema = json.loads((tools.CHART / "values.schema.json").read_text())
    return key_faults(values, schema, schema) + open_faults(schema) + foreign_faults(schema) + web_faults(exporter, schema)
