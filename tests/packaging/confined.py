"""A program in a root filesystem of its own, as a container runtime confines it: the root read-only, user 65532, no capability, no new
privileges, nothing writable but the folders given. By Linux's own calls, so that no container runtime is needed; needs root."""

import ctypes
import fcntl
import os
import socket
import struct

USER = 65532
CLONE_NEWNS, CLONE_NEWNET = 0x20000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 0x20, 0x1000, 0x4000, 0x40000
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38

libc = ctypes.CDLL(None, use_errno=True)


def _checked(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def _mount(source, target, flags, kind=None):
    _checked(libc.mount(str(source).encode(), str(target).encode(), kind, ctypes.c_ulong(flags), None), f"mount {target}")


def allowed():
    """Whether this machine lets mounts be made: a child tries."""
    child = os.fork()
    if child == 0:
        try:
            _checked(libc.unshare(CLONE_NEWNS), "unshare")
            _mount("none", "/", MS_REC | MS_PRIVATE)
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def own_network():
    """For this process and its children: a network of loopback alone, on which no port is taken."""
    _checked(libc.unshare(CLONE_NEWNET), "unshare")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


def _drop_capabilities():
    for capability in range(64):
        if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # past the kernel's last
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")


def enter(root, mounts):
    """For Popen's preexec_fn. mounts: (folder outside, folder inside, writable)."""

    def run():
        _checked(libc.unshare(CLONE_NEWNS), "unshare")
        _mount("none", "/", MS_REC | MS_PRIVATE)
        _mount(root, root, MS_BIND)
        for outside, inside, _ in mounts:
            _mount(outside, f"{root}{inside}", MS_BIND)
        for _, inside, writable in mounts:
            _mount("none", f"{root}{inside}", MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | (0 if writable else MS_RDONLY))
        _mount("none", root, MS_REMOUNT | MS_BIND | MS_RDONLY)
        os.chroot(root)
        os.chdir("/")
        _drop_capabilities()

    return run
