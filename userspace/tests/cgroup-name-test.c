// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the paths of cgroups say, with paths as runtimes make them.
 */
#include "cgroup_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* Ids of containers and of a Podman pod: 64 digits. */
#define A	"4f797c539e6c745de61a93ca3ff892358ecbcaccd8414d5db545c38428142970"
#define B	"9ec39b91f3d70e1beff50a308f77067065ea6be0d91a3378375056cd4422cf3d"
#define P	"ddf44d54b520f0b4469fcd01c3155ca49e6911dc2175471eb3a7b789187a7a89"

/* Uid of a pod as Kubernetes has it, in a slice, and of a static pod. */
#define U	"ac04f3f2-1f2c-11e9-b015-1ebee232acfa"
#define U_	"ac04f3f2_1f2c_11e9_b015_1ebee232acfa"
#define S	"8d7ff4a58e0bc6ae8ae2e1a5f7b0a5e6"

/* Where the slices of a user are. */
#define USER	"/user.slice/user-1000.slice"
#define MANAGER	USER "/user@1000.service"

struct row {
	const char *path;
	const char *expected;
};

/* systemd 204 to 257; names of its own and of distributions' units. */
static const struct row units[] = {
	{ "/system.slice/sshd.service", "unit=sshd.service" },
	{ "/system.slice/cron.service", "unit=cron.service" },
	{ "/init.scope", "unit=init.scope" },
	{ "/system.slice", "unit=system.slice" },
	{ "/system.slice/docker.socket", "unit=docker.socket" },
	{ "/system.slice/tmp.mount", "unit=tmp.mount" },
	{ "/system.slice/swapfile.swap", "unit=swapfile.swap" },
	{ "/system.slice/dev-hugepages.mount", "unit=dev-hugepages.mount" },
	{ "/system.slice/system-getty.slice/getty@tty1.service",
	  "unit=getty@tty1.service" },
	{ "/system.slice/system-serial\\x2dgetty.slice/"
	  "serial-getty@ttyS0.service", "unit=serial-getty@ttyS0.service" },
	{ "/system.slice/system-postgresql.slice/postgresql@15-main.service",
	  "unit=postgresql@15-main.service" },
	{ "/system.slice/system-systemd\\x2dfsck.slice/systemd-fsck@dev-disk-"
	  "by\\x2duuid-0a1b.service",
	  "unit=systemd-fsck@dev-disk-by-uuid-0a1b.service" },
	{ "/system.slice/system-systemd\\x2dcryptsetup.slice",
	  "unit=system-systemd-cryptsetup.slice" },
	{ "/system.slice/dev-disk-by\\x2dlabel-swap.swap",
	  "unit=dev-disk-by-label-swap.swap" },
	{ "/system.slice/mnt-caf\\xc3\\xa9.mount",
	  "unit=mnt-caf\xc3\xa9.mount" },
	{ "/system.slice/run-u123.scope", "unit=run-u123.scope" },
	{ "/system.slice/run-rb1b2c3d4e5f60718293a4b5c6d7e8f90.service",
	  "unit=run-rb1b2c3d4e5f60718293a4b5c6d7e8f90.service" },
	{ "/system.slice/systemd-udevd.service/udev",
	  "unit=systemd-udevd.service" },
	{ "/system.slice/snap.lxd.daemon.service",
	  "unit=snap.lxd.daemon.service" },
	{ "/system.slice/_cpu.service", "unit=cpu.service" },
	{ "/system.slice/__odd.service", "unit=_odd.service" },
	{ "/db.slice/db-main.slice/mariadb.service", "unit=mariadb.service" },
	{ "/db.slice/db-main.slice", "unit=db-main.slice" },
	{ "/system/sshd.service", "unit=sshd.service" },
	{ "/nomad.slice/share.slice/0b6c8a4e-web.scope",
	  "unit=0b6c8a4e-web.scope" },
	{ "/system.slice/sshd.service (deleted)", "unit=sshd.service" },
	{ "/../sshd.service", "unit=sshd.service" },
	{ "/../../system.slice/sshd.service", "unit=sshd.service" },
	{ "/../..", "" },
	{ "/", "" },
	/* OpenRC 0.4x, and a hierarchy made by hand. */
	{ "/openrc.sshd", "" },
	{ "/agents/web", "" },
};

/* systemd 230 to 257, GNOME 3.38 to 47, KDE 5.2x, Flatpak, snapd. */
static const struct row sessions[] = {
	{ USER "/session-3.scope", "unit=session-3.scope session=3 uid=1000" },
	{ USER "/session-c1.scope",
	  "unit=session-c1.scope session=c1 uid=1000" },
	{ "/user.slice/user-0.slice/session-41.scope",
	  "unit=session-41.scope session=41 uid=0" },
	{ "/user.slice/user-42.slice/session-c1.scope",
	  "unit=session-c1.scope session=c1 uid=42" },
	{ USER, "unit=user-1000.slice uid=1000" },
	{ "/user.slice", "unit=user.slice" },
	{ "/../user-1000.slice/session-3.scope",
	  "unit=session-3.scope session=3 uid=1000" },
	{ "/user.slice/user-4294967294.slice/session-1.scope",
	  "unit=session-1.scope session=1 uid=4294967294" },
	{ USER "/user-runtime-dir@1000.service",
	  "unit=user-runtime-dir@1000.service uid=1000" },
	{ MANAGER, "unit=user@1000.service uid=1000" },
	{ MANAGER "/init.scope", "unit=init.scope user uid=1000" },
	{ MANAGER "/app.slice", "unit=user@1000.service uid=1000" },
	{ MANAGER "/app.slice/agent.service",
	  "unit=agent.service user uid=1000" },
	{ MANAGER "/session.slice/pipewire.service",
	  "unit=pipewire.service user uid=1000" },
	{ MANAGER "/session.slice/dbus-broker.service",
	  "unit=dbus-broker.service user uid=1000" },
	{ MANAGER "/background.slice/tracker-miner-fs-3.service",
	  "unit=tracker-miner-fs-3.service user uid=1000" },
	{ MANAGER "/app.slice/app-gnome-firefox-2211.scope",
	  "unit=app-gnome-firefox-2211.scope user uid=1000" },
	{ MANAGER "/app.slice/app-flatpak-org.gnome.Maps-3311.scope",
	  "unit=app-flatpak-org.gnome.Maps-3311.scope user uid=1000" },
	{ MANAGER "/app.slice/app-org.gnome.Terminal.slice/"
	  "vte-spawn-5d6ce0a1-7f2e-4a5a-9a62-1f6f0e2e1c3b.scope",
	  "unit=vte-spawn-5d6ce0a1-7f2e-4a5a-9a62-1f6f0e2e1c3b.scope user "
	  "uid=1000" },
	{ MANAGER "/app.slice/app-org.kde.konsole\\x2d2.scope",
	  "unit=app-org.kde.konsole-2.scope user uid=1000" },
	{ MANAGER "/app.slice/app-dbus\\x2d:1.2\\x2dorg.a11y.atspi.Registry."
	  "slice/dbus-:1.2-org.a11y.atspi.Registry@0.service",
	  "unit=dbus-:1.2-org.a11y.atspi.Registry@0.service user uid=1000" },
	{ MANAGER "/app.slice/snap.firefox.firefox-"
	  "2d7c7c7a-0f6c-4f0f-b2a7-3d0a4be58b5e.scope",
	  "unit=snap.firefox.firefox-2d7c7c7a-0f6c-4f0f-b2a7-3d0a4be58b5e."
	  "scope user uid=1000" },
	{ MANAGER "/app.slice/run-u7.service",
	  "unit=run-u7.service user uid=1000" },
};

/*
 * Docker 1.9 to 28: the cgroupfs driver, the systemd driver, rootless,
 * --cgroup-parent, in Docker, and the systemd driver's argument as a directory.
 */
static const struct row docker[] = {
	{ "/docker/" A, "container=docker:" A },
	{ "/system.slice/docker-" A ".scope",
	  "unit=docker-" A ".scope container=docker:" A },
	{ "/docker/" A "/docker/" B, "container=docker:" B },
	{ "/../" B, "container=?:" B },
	{ "/../docker-" B ".scope",
	  "unit=docker-" B ".scope container=docker:" B },
	{ "/" A, "container=?:" A },
	{ MANAGER "/user.slice/docker-" A ".scope",
	  "unit=docker-" A ".scope user uid=1000 container=docker:" A },
	{ MANAGER "/app.slice/docker.service",
	  "unit=docker.service user uid=1000" },
	{ "/actions_job/" A, "container=docker:" A },
	{ "/ecs/" S "/" A, "container=?:" A },
	{ "/ecstasks.slice/ecstasks-" S ".slice/docker-" A ".scope",
	  "unit=docker-" A ".scope container=docker:" A },
	{ "/db.slice/docker-" A ".scope",
	  "unit=docker-" A ".scope container=docker:" A },
	{ "/system.slice:docker:" A, "container=docker:" A },
	{ "/docker/" A "/system.slice/nginx.service",
	  "unit=nginx.service container=docker:" A },
	{ "/system.slice/docker-" A ".scope/init.scope",
	  "unit=init.scope container=docker:" A },
	{ "/system.slice/docker-" A ".scope (deleted)",
	  "unit=docker-" A ".scope container=docker:" A },
	{ "/system.slice/docker.service", "unit=docker.service" },
	{ "/docker/buildkit/x4bubi6kf5rh9k6o0ab7yyjkb", "" },
};

/* Podman 1.6 to 5.5 with crun and runc; conmon 2; Quadlet; pods. */
static const struct row podman[] = {
	{ "/machine.slice/libpod-" A ".scope",
	  "unit=libpod-" A ".scope container=podman:" A },
	{ "/machine.slice/libpod-" A ".scope/container",
	  "unit=libpod-" A ".scope container=podman:" A },
	{ "/machine.slice/libpod-conmon-" A ".scope",
	  "unit=libpod-conmon-" A ".scope container=podman:" A },
	{ "/machine.slice/machine-libpod_pod_" P ".slice/libpod-" A
	  ".scope/container",
	  "unit=libpod-" A ".scope container=podman:" A " pod=" P },
	{ "/machine.slice/machine-libpod_pod_" P ".slice/libpod-conmon-" A
	  ".scope",
	  "unit=libpod-conmon-" A ".scope container=podman:" A " pod=" P },
	{ MANAGER "/user.slice/libpod-" A ".scope",
	  "unit=libpod-" A ".scope user uid=1000 container=podman:" A },
	{ MANAGER "/user.slice/libpod-" A ".scope/container",
	  "unit=libpod-" A ".scope user uid=1000 container=podman:" A },
	{ MANAGER "/user.slice/libpod-conmon-" A ".scope",
	  "unit=libpod-conmon-" A ".scope user uid=1000 container=podman:" A },
	{ MANAGER "/user.slice/user-libpod_pod_" P ".slice/libpod-" A ".scope",
	  "unit=libpod-" A ".scope user uid=1000 container=podman:" A
	  " pod=" P },
	{ MANAGER "/user.slice/podman-4711.scope",
	  "unit=podman-4711.scope user uid=1000" },
	{ MANAGER "/user.slice/podman-pause-75d0e9a1.scope",
	  "unit=podman-pause-75d0e9a1.scope user uid=1000" },
	{ "/system.slice/web.service/libpod-payload-" A,
	  "unit=web.service container=podman:" A },
	{ "/system.slice/web.service/libpod-payload-" A "/container",
	  "unit=web.service container=podman:" A },
	{ "/system.slice/web.service/runtime", "unit=web.service" },
	{ "/system.slice/web.service/supervisor", "unit=web.service" },
	{ MANAGER "/app.slice/web.service/libpod-payload-" A,
	  "unit=web.service user uid=1000 container=podman:" A },
	{ "/libpod_parent/libpod-" A, "container=podman:" A },
	{ "/libpod_parent/" P "/libpod-" A, "container=podman:" A " pod=" P },
	{ "/libpod_parent/conmon", "" },
	{ MANAGER "/user.slice/libpod-" A ".scope/container/system.slice/"
	  "nginx.service",
	  "unit=nginx.service user uid=1000 container=podman:" A },
};

/* containerd 1.4 to 2.1: nerdctl 0.6 to 2.1, ctr. */
static const struct row containerd[] = {
	{ "/system.slice/containerd.service", "unit=containerd.service" },
	{ "/system.slice/nerdctl-" A ".scope",
	  "unit=nerdctl-" A ".scope container=containerd:" A },
	{ MANAGER "/user.slice/nerdctl-" A ".scope",
	  "unit=nerdctl-" A ".scope user uid=1000 container=containerd:" A },
	{ "/default/" A, "container=containerd:" A },
	{ "/system.slice:nerdctl:" A, "container=containerd:" A },
	{ "/system.slice/containerd.service/system.slice:nerdctl:" A,
	  "unit=containerd.service container=containerd:" A },
	{ "/default/redis", "" },
};

#define BURSTABLE "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable"
#define BESTEFFORT "/kubepods.slice/kubepods-besteffort.slice/" \
		   "kubepods-besteffort"

/* kubelet 1.6 to 1.33 with dockershim, containerd, CRI-O 1.1x to 1.33, k3s. */
static const struct row kubernetes[] = {
	{ BURSTABLE "-pod" U_ ".slice/cri-containerd-" A ".scope",
	  "unit=cri-containerd-" A ".scope container=containerd:" A
	  " pod=" U },
	{ BESTEFFORT "-pod" U_ ".slice/cri-containerd-" A ".scope",
	  "unit=cri-containerd-" A ".scope container=containerd:" A
	  " pod=" U },
	{ "/kubepods.slice/kubepods-pod" U_ ".slice/cri-containerd-" A
	  ".scope",
	  "unit=cri-containerd-" A ".scope container=containerd:" A
	  " pod=" U },
	{ BURSTABLE "-pod" S ".slice/cri-containerd-" A ".scope",
	  "unit=cri-containerd-" A ".scope container=containerd:" A
	  " pod=" S },
	{ BURSTABLE "-pod" U_ ".slice/docker-" A ".scope",
	  "unit=docker-" A ".scope container=docker:" A " pod=" U },
	{ BURSTABLE "-pod" U_ ".slice/crio-" A ".scope",
	  "unit=crio-" A ".scope container=cri-o:" A " pod=" U },
	{ BURSTABLE "-pod" U_ ".slice/crio-" A ".scope/container",
	  "unit=crio-" A ".scope container=cri-o:" A " pod=" U },
	{ BESTEFFORT "-pod" U_ ".slice/crio-conmon-" A ".scope",
	  "unit=crio-conmon-" A ".scope container=cri-o:" A " pod=" U },
	{ "/kubepods.slice/kubepods-pod" U_ ".slice/crio-" A ".scope",
	  "unit=crio-" A ".scope container=cri-o:" A " pod=" U },
	{ BURSTABLE "-pod" U_ ".slice",
	  "unit=kubepods-burstable-pod" U_ ".slice pod=" U },
	{ "/kubepods/burstable/pod" U "/" A, "container=?:" A " pod=" U },
	{ "/kubepods/besteffort/pod" U "/" A, "container=?:" A " pod=" U },
	{ "/kubepods/pod" U "/" A, "container=?:" A " pod=" U },
	{ "/kubepods/burstable/pod" S "/" A, "container=?:" A " pod=" S },
	{ "/kubepods/burstable/pod" U "/crio-" A,
	  "container=cri-o:" A " pod=" U },
	{ "/kubepods/besteffort/pod" U "/crio-conmon-" A,
	  "container=cri-o:" A " pod=" U },
	{ "/kubepods/burstable/pod" U, "pod=" U },
	{ "/kubepods/burstable", "" },
	{ "/kubepods.slice", "unit=kubepods.slice" },
	/* The kubelet has the systemd driver, containerd has not. */
	{ "/system.slice/containerd.service/kubepods-burstable-pod" U_
	  ".slice:cri-containerd:" A,
	  "unit=containerd.service container=containerd:" A " pod=" U },
	{ "/system.slice/k3s.service/kubepods-besteffort-pod" U_
	  ".slice:cri-containerd:" A,
	  "unit=k3s.service container=containerd:" A " pod=" U },
	{ "/kubepods-pod" U_ ".slice:cri-containerd:" A,
	  "container=containerd:" A " pod=" U },
	/* --cgroup-root of the kubelet. */
	{ "/container.slice/container-kubepods.slice/"
	  "container-kubepods-burstable.slice/"
	  "container-kubepods-burstable-pod" U_ ".slice/crio-" A ".scope",
	  "unit=crio-" A ".scope container=cri-o:" A " pod=" U },
	/* A container in a container of a pod. */
	{ "/kubepods/burstable/pod" U "/" A "/docker/" B,
	  "container=docker:" B " pod=" U },
	{ BURSTABLE "-pod" U_ ".slice/cri-containerd-" A ".scope/docker/" B,
	  "unit=cri-containerd-" A ".scope container=docker:" B " pod=" U },
	{ "/system.slice/kubelet.service", "unit=kubelet.service" },
	{ "/system.slice/crio.service", "unit=crio.service" },
};

#define KUBELET	"/kubelet.slice/kubelet-kubepods.slice"

/* kind 0.8 to 0.27 and minikube 1.2x to 1.36 in Docker and Podman. */
static const struct row nodes[] = {
	{ KUBELET "/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable"
	  "-pod" U_ ".slice/cri-containerd-" B ".scope",
	  "unit=cri-containerd-" B ".scope container=containerd:" B
	  " pod=" U },
	{ KUBELET "/kubelet-kubepods-pod" U_ ".slice/cri-containerd-" B
	  ".scope",
	  "unit=cri-containerd-" B ".scope container=containerd:" B
	  " pod=" U },
	{ "/system.slice/docker-" A ".scope" KUBELET
	  "/kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod"
	  U_ ".slice/cri-containerd-" B ".scope",
	  "unit=cri-containerd-" B ".scope container=containerd:" B
	  " pod=" U },
	{ "/docker/" A "/kubelet/kubepods/besteffort/pod" U "/" B,
	  "container=?:" B " pod=" U },
	{ "/docker/" A "/kubepods.slice/kubepods-besteffort.slice/"
	  "kubepods-besteffort-pod" U_ ".slice/crio-" B ".scope",
	  "unit=crio-" B ".scope container=cri-o:" B " pod=" U },
	{ "/system.slice/docker-" A ".scope/system.slice/kubelet.service",
	  "unit=kubelet.service container=docker:" A },
	{ "/docker/" A "/system.slice/containerd.service",
	  "unit=containerd.service container=docker:" A },
	{ MANAGER "/user.slice/libpod-" A ".scope/container" KUBELET
	  "/kubelet-kubepods-pod" U_ ".slice/cri-containerd-" B ".scope",
	  "unit=cri-containerd-" B ".scope user uid=1000 container=containerd:"
	  B " pod=" U },
};

/* systemd-nspawn 219 to 257, libvirt 4 to 11. */
static const struct row machines[] = {
	{ "/machine.slice/machine-fedora.scope",
	  "unit=machine-fedora.scope container=nspawn:fedora" },
	{ "/machine.slice/machine-fedora.scope/payload",
	  "unit=machine-fedora.scope container=nspawn:fedora" },
	{ "/machine.slice/machine-fedora.scope/supervisor",
	  "unit=machine-fedora.scope container=nspawn:fedora" },
	{ "/machine.slice/machine-fedora.scope/payload/init.scope",
	  "unit=init.scope container=nspawn:fedora" },
	{ "/machine.slice/machine-fedora.scope/payload/system.slice/"
	  "sshd.service", "unit=sshd.service container=nspawn:fedora" },
	{ "/machine.slice/machine-my\\x2dweb.scope/payload/system.slice",
	  "unit=machine-my-web.scope container=nspawn:my-web" },
	{ "/machine.slice/systemd-nspawn@web.service/payload",
	  "unit=systemd-nspawn@web.service container=nspawn:web" },
	{ "/machine.slice/systemd-nspawn@my\\x2dweb.service/supervisor",
	  "unit=systemd-nspawn@my-web.service container=nspawn:my-web" },
	{ "/machine.slice/machine-web.scope/payload/user.slice/user-1000.slice/"
	  "session-1.scope",
	  "unit=session-1.scope session=1 container=nspawn:web" },
	{ "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator",
	  "unit=machine-qemu-1-vm.scope container=libvirt:qemu-1-vm" },
	{ "/machine.slice/machine-qemu\\x2d12\\x2dvm.scope/libvirt/vcpu0",
	  "unit=machine-qemu-12-vm.scope container=libvirt:qemu-12-vm" },
	{ "/machine.slice/machine-lxc\\x2d4711\\x2dbox.scope/libvirt",
	  "unit=machine-lxc-4711-box.scope container=libvirt:lxc-4711-box" },
	{ "/machine.slice", "unit=machine.slice" },
};

/* LXC 1.0 to 6.0, LXD 3 to 5, Incus 6, Proxmox VE 4 to 8. */
static const struct row lxc[] = {
	{ "/lxc/web", "container=lxc:web" },
	{ "/lxc/web/init.scope", "unit=init.scope container=lxc:web" },
	{ "/lxc/101/ns/system.slice/nginx.service",
	  "unit=nginx.service container=lxc:101" },
	{ "/lxc/101/ns/init.scope", "unit=init.scope container=lxc:101" },
	{ "/lxc.monitor/101", "container=lxc:101" },
	{ "/lxc.payload/web", "container=lxc:web" },
	{ "/lxc.payload.focal/system.slice/avahi-daemon.service",
	  "unit=avahi-daemon.service container=lxc:focal" },
	{ "/lxc.payload.web", "container=lxc:web" },
	{ "/lxc.payload.web/.lxc", "container=lxc:web" },
	{ "/lxc.monitor.web", "container=lxc:web" },
	{ "/lxc.payload.team_web-1", "container=lxc:team_web-1" },
	{ "/lxc.payload.web/lxc.payload.inner", "container=lxc:inner" },
	{ "/lxc.payload.web/docker/" A, "container=docker:" A },
	{ "/lxc.payload.web/user.slice/user-1000.slice/user@1000.service/"
	  "app.slice/agent.service",
	  "unit=agent.service user container=lxc:web" },
	{ USER "/session-3.scope/lxc/web",
	  "unit=session-3.scope session=3 uid=1000 container=lxc:web" },
	{ MANAGER "/app.slice/run-u5.scope/lxc.payload.web",
	  "unit=run-u5.scope user uid=1000 container=lxc:web" },
	{ "/lxc", "" },
	{ "/lxc.pivot", "" },
	{ "/lxc.payload", "" },
};

/* Paths that nobody means well by. */
static const struct row hostile[] = {
	{ "", "" },
	{ "system.slice/sshd.service", "" },
	{ "//", "" },
	{ "/system.slice//sshd.service", "" },
	{ "/system.slice/sshd.service/", "" },
	{ "/system.slice/./sshd.service", "" },
	{ "/system.slice/../sshd.service", "" },
	{ "/system.slice/sshd.service/..", "" },
	{ "/system.slice/ssh\nd.service", "" },
	{ "/docker/" A "\n", "" },
	{ " (deleted)", "" },
	{ "/ (deleted)", "" },
	{ "/system.slice/.service", "unit=system.slice" },
	{ "/system.slice/@.service", "unit=system.slice" },
	{ "/system.slice/ssh d.service", "unit=system.slice" },
	{ "/system.slice/\033[31m.service", "unit=system.slice" },
	{ "/system.slice/\xff\xfe.service", "unit=system.slice" },
	{ "/system.slice/_", "unit=system.slice" },
	/* Escapes of control characters, unknown and cut ones. */
	{ "/a\\x0ab.service", "unit=a\\x0ab.service" },
	{ "/a\\x1b[2Jb.service", "" },
	{ "/a\\x1bb.service", "unit=a\\x1bb.service" },
	{ "/a\\x7f\\x00.service", "unit=a\\x7f\\x00.service" },
	{ "/a\\xg0.service", "unit=a\\xg0.service" },
	{ "/a\\x2.service", "unit=a\\x2.service" },
	{ "/a\\x2d\\x2g\\\\.service", "unit=a-\\x2g\\\\.service" },
	/* An escape that makes another one. */
	{ "/a\\x5cx2d.service", "unit=a\\x2d.service" },
	{ "/machine.slice/machine-a\\x2fb.scope",
	  "unit=machine-a/b.scope" },
	{ "/machine.slice/machine-\\x0a.scope",
	  "unit=machine-\\x0a.scope" },
	{ "/machine.slice/machine-.scope", "unit=machine-.scope" },
	{ "/systemd-nspawn@.service", "unit=systemd-nspawn@.service" },
	{ "/lxc/a b", "" },
	{ "/lxc.payload.", "" },
	/* Uids and sessions. */
	{ "/user.slice/user-.slice", "unit=user-.slice" },
	{ "/user.slice/user--1.slice", "unit=user--1.slice" },
	{ "/user.slice/user-4294967295.slice",
	  "unit=user-4294967295.slice" },
	{ "/user.slice/user-4294968296.slice",
	  "unit=user-4294968296.slice" },
	{ "/user.slice/user-18446744073709551616.slice",
	  "unit=user-18446744073709551616.slice" },
	{ "/system.slice/user-1000.slice", "unit=user-1000.slice" },
	{ "/session-.scope", "unit=session-.scope" },
	{ "/session-a-b.scope", "unit=session-a-b.scope" },
	/* A user that would be another one. */
	{ MANAGER "/user.slice/user-0.slice/session-1.scope",
	  "unit=session-1.scope user uid=1000" },
	{ MANAGER "/system.slice/sshd.service",
	  "unit=sshd.service user uid=1000" },
	{ "/docker/" A "/user.slice/user-0.slice/user@0.service",
	  "unit=user@0.service container=docker:" A },
	/* Ids that are too short or too long, or have other digits. */
	{ "/docker/" A "0", "" },
	{ "/docker/4f797c539e6c", "" },
	{ "/docker/4F797C539E6C745DE61A93CA3FF892358ECBCACCD8414D5DB545C384281"
	  "42970", "" },
	{ "/docker-" A ".scope.scope", "unit=docker-" A ".scope.scope" },
	{ "/docker-.scope", "unit=docker-.scope" },
	{ "/libpod-payload-", "" },
	{ "/libpod-conmon-" A "0", "" },
	{ "/libpod_pod_.slice", "unit=libpod_pod_.slice" },
	{ "/a:b:c", "" },
	{ "/a:docker:", "" },
	{ "/:", "" },
	{ "/kubepods/podabc", "" },
	{ "/kubepods/pod", "" },
	{ "/kubepods/pod" U "0", "" },
	{ "/kubepods/pod" U_, "" },
	{ "/pod" U, "" },
	{ "/kubepods-pod.slice", "unit=kubepods-pod.slice" },
	{ "/kubepods-pod" U_ "0.slice", "unit=kubepods-pod" U_ "0.slice" },
	{ "/xkubepods-pod" U_ ".slice", "unit=xkubepods-pod" U_ ".slice" },
	{ "/kubepods-other-pod" U_ ".slice",
	  "unit=kubepods-other-pod" U_ ".slice" },
	{ "/kubepods-pod" U_ ".slice.x", "" },
};

static const struct {
	const char *name;
	const struct row *rows;
	size_t count;
} groups[] = {
	{ "unit", units, COUNT(units) },
	{ "session", sessions, COUNT(sessions) },
	{ "docker", docker, COUNT(docker) },
	{ "podman", podman, COUNT(podman) },
	{ "containerd", containerd, COUNT(containerd) },
	{ "kubernetes", kubernetes, COUNT(kubernetes) },
	{ "node", nodes, COUNT(nodes) },
	{ "machine", machines, COUNT(machines) },
	{ "lxc", lxc, COUNT(lxc) },
	{ "hostile", hostile, COUNT(hostile) },
};

/* All that a name says, on one line. */
static void print_name(const struct cgroup_name *name, char *text, size_t size)
{
	const char *runtime = cgroup_runtime_name(name->runtime);
	FILE *out = fmemopen(text, size, "w");

	if (*name->unit)
		fprintf(out, " unit=%s", name->unit);
	if (name->user_unit)
		fputs(" user", out);
	if (*name->session)
		fprintf(out, " session=%s", name->session);
	if (name->uid != CGROUP_NO_UID)
		fprintf(out, " uid=%u", name->uid);
	if (*name->container)
		fprintf(out, " container=%s:%s", runtime ? runtime : "?",
			name->container);
	else if (runtime)
		fprintf(out, " runtime=%s", runtime);
	if (*name->pod)
		fprintf(out, " pod=%s", name->pod);
	fputc('\0', out);
	fclose(out);
}

static bool says(const struct cgroup_name *name, const char *expected)
{
	char text[5 * CGROUP_NAME_SIZE];
	const char *said;

	print_name(name, text, sizeof(text));
	said = text + (*text == ' ');
	if (!strcmp(said, expected))
		return true;
	printf("# expected: %s\n# got: %s\n", expected, said);
	return false;
}

/* Memory of exactly its size, so that the sanitizers see what is beyond. */
static void parse_copy(struct cgroup_name *name, const char *path,
		       size_t length)
{
	char *copy = malloc(length + 1);

	memcpy(copy, path, length);
	copy[length] = '\0';
	cgroup_name_parse(name, copy);
	free(copy);
}

static void test_row(const char *group, const struct row *row, size_t number)
{
	struct cgroup_name name;

	parse_copy(&name, row->path, strlen(row->path));
	check(says(&name, row->expected), "cgroup_name: %s %zu", group, number);
}

static bool is_clean(const char *text)
{
	size_t length = strnlen(text, CGROUP_NAME_SIZE), i;

	for (i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return length < CGROUP_NAME_SIZE;
}

static bool is_safe(const struct cgroup_name *name)
{
	return is_clean(name->unit) && is_clean(name->session) &&
	       is_clean(name->container) && is_clean(name->pod) &&
	       (*name->container || !cgroup_runtime_name(name->runtime)) &&
	       (*name->unit || !name->user_unit);
}

/* Each row cut at each byte, and with each byte replaced. */
static bool survives(const struct row *row)
{
	static const char bytes[] = "/.\\x_-:@ \n\001\xff" "0a";
	size_t length = strlen(row->path), at, i;
	struct cgroup_name name;
	char *copy;

	for (at = 0; at < length; at++) {
		parse_copy(&name, row->path, at);
		if (!is_safe(&name))
			return false;
		copy = strdup(row->path);
		for (i = 0; i < sizeof(bytes) - 1; i++) {
			copy[at] = bytes[i];
			cgroup_name_parse(&name, copy);
			if (!is_safe(&name))
				return false;
		}
		free(copy);
	}
	return true;
}

/* A path of one part, repeated to a length; and what it must say. */
static void test_long(size_t length, const char *part, const char *end,
		      const char *expected)
{
	size_t size = strlen(part), i;
	char *path = malloc(length + strlen(end) + 1);
	struct cgroup_name name;

	for (i = 0; i < length; i++)
		path[i] = part[i % size];
	strcpy(path + length, end);
	cgroup_name_parse(&name, path);
	check(says(&name, expected), "cgroup_name: %zu bytes of '%s', then '%s'",
	      length, part, end);
	free(path);
}

static void test_lengths(void)
{
	struct cgroup_name name;
	char path[300] = "/", unit[300] = "unit=";
	int i;

	for (i = 0; i < 248; i++)
		path[1 + i] = unit[5 + i] = 'u';
	strcpy(path + 249, ".scope");
	strcpy(unit + 253, ".scope");
	cgroup_name_parse(&name, path);
	check(says(&name, unit), "cgroup_name: unit of 254 bytes");
	strcpy(path + 249, "uu.scope");
	cgroup_name_parse(&name, path);
	check(says(&name, ""), "cgroup_name: unit of 256 bytes");
	test_long(4081, "/a", "/sshd.service", "");
	test_long(4080, "/a", "/sshd.service", "unit=sshd.service");
	test_long(4082, "/a", "/sshd.service", "unit=sshd.service");
	test_long(4084, "/a", "/sshd.service", "");
	test_long(100000, "/a", "/sshd.service", "");
	test_long(4080, "/", "/sshd.service", "");
	test_long(4080, "x", "/sshd.service", "");
	test_long(3000, "/..", "/sshd.service", "unit=sshd.service");
	test_long(4080, "/\\x2d", "/sshd.service", "unit=sshd.service");
}

/* Texts of /proc/PID/cgroup. */
static const struct row files[] = {
	/* Version 2. */
	{ "0::/system.slice/sshd.service\n", "unit=sshd.service" },
	{ "0::/\n", "" },
	/* Versions 1 and 2, systemd's hybrid: CentOS 7 and 8, Debian 10. */
	{ "12:pids:/docker/" A "\n4:freezer:/docker/" A "\n1:name=systemd:"
	  "/docker/" A "\n0::/system.slice/containerd.service\n",
	  "container=docker:" A },
	{ "11:pids:/user.slice/user-0.slice/session-4.scope\n10:blkio:/\n"
	  "8:devices:/user.slice\n6:memory:/user.slice\n"
	  "1:name=systemd:/user.slice/user-0.slice/session-4.scope\n0::/\n",
	  "unit=session-4.scope session=4 uid=0" },
	{ "2:cpu,cpuacct:/\n1:name=systemd:/\n0::/docker/" B "\n",
	  "container=docker:" B },
	{ "1:name=systemd:/system.slice/sshd.service\n0::/docker/" A "\n",
	  "unit=sshd.service" },
	/* Version 1 without systemd: Alpine. */
	{ "3:cpuset:/\n2:cpu,cpuacct:/docker/" A "\n1:name=openrc:/openrc.x\n",
	  "container=docker:" A },
	/* A path with colons. */
	{ "0::/system.slice:docker:" A "\n", "container=docker:" A },
	/* Cut off, not such lines, and a name like systemd's. */
	{ "0::/system.slice/sshd.service", "" },
	{ "0::/docker/" A "\n1:name=systemd:/system.slice/ssh",
	  "container=docker:" A },
	{ "", "" },
	{ "\n\n", "" },
	{ "0\n0:\n0::\n::\n:\n0::x\n", "" },
	{ "1:name=systemdx:/a.service\n0::/b.service\n", "unit=b.service" },
};

static void test_files(void)
{
	struct cgroup_name name;
	size_t i;

	for (i = 0; i < COUNT(files); i++) {
		cgroup_name_parse_file(&name, files[i].path);
		check(says(&name, files[i].expected), "cgroup_name: file %zu",
		      i);
	}
}

/* A line longer than any path; its beginning alone would be a unit. */
static void test_long_line(void)
{
	static const char begin[] = "0::/a.service";
	char *text = malloc(10000);
	struct cgroup_name name;

	memcpy(text, begin, strlen(begin));
	memset(text + strlen(begin), '/', 9998 - strlen(begin));
	strcpy(text + 9998, "\n");
	cgroup_name_parse_file(&name, text);
	check(says(&name, ""), "cgroup_name: long line");
	free(text);
}

TEST_GROUP(cgroup_name)
{
	size_t i, j;
	bool ok;

	for (i = 0; i < COUNT(groups); i++) {
		ok = true;
		for (j = 0; j < groups[i].count; j++) {
			test_row(groups[i].name, &groups[i].rows[j], j);
			ok = ok && survives(&groups[i].rows[j]);
		}
		check(ok, "cgroup_name: %s, changed", groups[i].name);
	}
	test_lengths();
	test_files();
	test_long_line();
}
