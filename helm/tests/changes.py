"""What a change of the values changes in the cluster, and what it leaves alone: above all, whether it replaces the pod."""

import manifests
import tools

NAME = "agora-agora-exporter"
ANNOTATIONS = "spec.template.metadata.annotations"
SUM_OF_CONFIG = ("StatefulSet", NAME, f"{ANNOTATIONS}.checksum/config")
SUM_OF_CREDENTIALS = ("StatefulSet", NAME, f"{ANNOTATIONS}.checksum/credentials")

# Values file, what is set beside it, and all that then differs.
CHANGES = [
    ("inline-credentials-values.yaml", ["config.replay.lag=45m"], {("ConfigMap", NAME, "data.exporter.yaml"), SUM_OF_CONFIG}),
    ("inline-credentials-values.yaml", ["credentials.production.customerSecret=other"],
     {("Secret", f"{NAME}-credentials", "data.production.customer-secret"), SUM_OF_CREDENTIALS}),
    ("existing-secret-values.yaml", ["credentials.production.existingSecret.customerIdKey=id"],
     {SUM_OF_CREDENTIALS, ("StatefulSet", NAME, "spec.template.spec.volumes.1.projected.sources.0.secret.items.0.key")}),
    ("existing-secret-values.yaml", ["logLevel=debug"], {("StatefulSet", NAME, "spec.template.spec.containers.0.args.4")}),
    # Read again while running: the pod stays.
    ("web-tls-values.yaml", ["webConfig.content.rate_limit.burst=5"], {("Secret", f"{NAME}-web", "data.web-config.yml")}),
    ("existing-secret-values.yaml", ["service.port=80"],
     {("Service", NAME, "spec.ports.0.port"), ("Pod", f"{NAME}-test", "spec.containers.0.args.1")}),
    ("existing-configmap-values.yaml", ["existingConfigMap.key=other.yaml"],
     {("StatefulSet", NAME, "spec.template.spec.volumes.0.configMap.items.0.key")}),
]


def flat(value, path=""):
    """Path -> value, for every leaf."""
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    else:
        return {path: value}
    return {key: leaf for name, one in inner for key, leaf in flat(one, f"{path}.{name}" if path else str(name)).items()}


def rendering(helm, values, settings=()):
    """(kind, name, path) -> value, of all objects."""
    done = tools.template(helm, tools.CHART / "ci" / values, tools.NEWEST, *[word for one in settings for word in ("--set", one)])
    if done.returncode != 0:
        raise manifests.NotRendered(done.stderr.strip())
    return {(o["kind"], o["metadata"]["name"], path): leaf for o in manifests.parse(done.stdout) for path, leaf in flat(o).items()}


def case_faults(helm, values, settings, wanted):
    before, after = rendering(helm, values), rendering(helm, values, settings)
    differing = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    where = f"{helm}: {values} with {', '.join(settings)}"
    faults = [f"{where}: {'.'.join(key)} does not change" for key in sorted(wanted - differing)]
    faults += [f"{where}: {'.'.join(key)} changes" for key in sorted(differing - wanted)]
    if rendering(helm, values, settings) != after:
        faults.append(f"{where}: equal values are rendered differently")
    return faults


def checksum_faults():
    """Where another looks after exporter.yaml, the chart knows of no change."""
    found = rendering(tools.HELMS[-1], "existing-configmap-values.yaml")
    faults = ["existing-configmap-values.yaml has a checksum of a configuration that the chart does not know"] if SUM_OF_CONFIG in found else []
    return faults + ([] if SUM_OF_CREDENTIALS in found else ["existing-configmap-values.yaml has no checksum of the credentials"])


def check():
    cases = [(helm, *change) for change in CHANGES for helm in tools.HELMS]
    return [fault for some in tools.for_each(case_faults, cases) for fault in some] + checksum_faults()
