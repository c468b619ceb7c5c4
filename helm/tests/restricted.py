"""Every control of the Pod Security profile "restricted", which holds those of "baseline" too, as
https://kubernetes.io/docs/concepts/security/pod-security-standards lists them. A pod here is a map of metadata and spec."""

SAFE_SYSCTLS = {"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies",
                "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
                "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}
VOLUME_TYPES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
SELINUX_TYPES = {None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
SECCOMP = ("RuntimeDefault", "Localhost")
APPARMOR = "container.apparmor.security.beta.kubernetes.io/"


def containers(pod):
    return [c for key in ("initContainers", "containers", "ephemeralContainers") for c in pod["spec"].get(key) or []]


def context(of):
    return of.get("securityContext") or {}


def contexts(pod):
    """Of the pod and of each container, each with a name."""
    return [("pod", context(pod["spec"]))] + [(f"container {c['name']}", context(c)) for c in containers(pod)]


def host_process(pod):
    return [f"{who} sets windowsOptions.hostProcess" for who, c in contexts(pod) if (c.get("windowsOptions") or {}).get("hostProcess")]


def host_namespaces(pod):
    return [f"{key} is true" for key in ("hostNetwork", "hostPID", "hostIPC") if pod["spec"].get(key)]


def privileged(pod):
    return [f"{who} is privileged" for who, c in contexts(pod) if c.get("privileged")]


def capabilities(pod):
    faults = []
    for c in containers(pod):
        given = context(c).get("capabilities") or {}
        if "ALL" not in (given.get("drop") or []):
            faults.append(f"container {c['name']} does not drop ALL capabilities")
        faults += [f"container {c['name']} adds {name}" for name in given.get("add") or [] if name != "NET_BIND_SERVICE"]
    return faults


def host_path(pod):
    return [f"volume {v['name']} is a hostPath" for v in pod["spec"].get("volumes") or [] if "hostPath" in v]


def host_ports(pod):
    return [f"container {c['name']} has hostPort {p['hostPort']}" for c in containers(pod) for p in c.get("ports") or [] if p.get("hostPort")]


def host_probes(pod):
    """A probe or hook that names a host makes the kubelet ask elsewhere."""
    faults = []
    for c in containers(pod):
        handlers = [(key, c.get(key) or {}) for key in ("livenessProbe", "readinessProbe", "startupProbe")]
        handlers += [(key, hook or {}) for key, hook in (c.get("lifecycle") or {}).items()]
        faults += [f"container {c['name']}: {key} names the host {handler[kind]['host']}"
                   for key, handler in handlers for kind in ("httpGet", "tcpSocket") if (handler.get(kind) or {}).get("host")]
    return faults


def apparmor(pod):
    faults = [f"{who} has the AppArmor profile {c['appArmorProfile']['type']}" for who, c in contexts(pod)
              if c.get("appArmorProfile") and c["appArmorProfile"]["type"] not in SECCOMP]
    for key, value in (pod["metadata"].get("annotations") or {}).items():
        if key.startswith(APPARMOR) and value != "runtime/default" and not value.startswith("localhost/"):
            faults.append(f"annotation {key} is {value}")
    return faults


def selinux(pod):
    faults = []
    for who, c in contexts(pod):
        options = c.get("seLinuxOptions") or {}
        if options.get("type") not in SELINUX_TYPES or options.get("user") or options.get("role"):
            faults.append(f"{who} sets seLinuxOptions")
    return faults


def proc_mount(pod):
    return [f"{who} has procMount {c['procMount']}" for who, c in contexts(pod) if c.get("procMount", "Default") != "Default"]


def seccomp(pod):
    """Each container needs a profile, its own or the pod's."""
    of_pod = (context(pod["spec"]).get("seccompProfile") or {}).get("type")
    faults = [f"the pod has the seccomp profile {of_pod}"] if of_pod not in SECCOMP + (None,) else []
    for c in containers(pod):
        profile = (context(c).get("seccompProfile") or {}).get("type", of_pod)
        if profile not in SECCOMP:
            faults.append(f"container {c['name']} has the seccomp profile {profile}")
    return faults


def sysctls(pod):
    return [f"sysctl {s['name']}" for s in context(pod["spec"]).get("sysctls") or [] if s["name"] not in SAFE_SYSCTLS]


def volume_types(pod):
    return [f"volume {v['name']} is a {kind}" for v in pod["spec"].get("volumes") or [] for kind in set(v) - {"name"} if kind not in VOLUME_TYPES]


def privilege_escalation(pod):
    return [f"container {c['name']} may escalate privileges" for c in containers(pod) if context(c).get("allowPrivilegeEscalation") is not False]


def non_root(pod):
    of_pod = context(pod["spec"]).get("runAsNonRoot")
    return [f"container {c['name']} may run as root" for c in containers(pod) if context(c).get("runAsNonRoot", of_pod) is not True]


def non_root_user(pod):
    return [f"{who} runs as user 0" for who, c in contexts(pod) if c.get("runAsUser") == 0]


CONTROLS = {"HostProcess": host_process, "Host Namespaces": host_namespaces, "Privileged Containers": privileged,
            "Capabilities": capabilities, "HostPath Volumes": host_path, "Host Ports": host_ports,
            "Host Probes / Lifecycle Hooks": host_probes, "AppArmor": apparmor, "SELinux": selinux, "/proc Mount Type": proc_mount,
            "Seccomp": seccomp, "Sysctls": sysctls, "Volume Types": volume_types, "Privilege Escalation": privilege_escalation,
            "Running as Non-root": non_root, "Running as Non-root user": non_root_user}


def violations(pod):
    """(control, sentence) of everything that the profile forbids."""
    return [(control, sentence) for control, rule in CONTROLS.items() for sentence in rule(pod)]
