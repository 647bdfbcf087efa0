export interface Volume {
  from: string
  to: string
  isWritable?: boolean
}

/** How a container is started: as the chart has its pods started, but for the network, which is the host's. */
export interface ContainerSpec {
  /** The folder of the image's files. It is read-only in the container. */
  rootfs: string
  cwd: string
  args: readonly string[]
  env: readonly string[]
  uid: number
  gid: number
  /** The path of its cgroup. */
  cgroup: string
  memoryMib: number
  volumes: readonly Volume[]
}

const MIB = 1024 * 1024
const NAMESPACES = ['pid', 'mount', 'ipc', 'uts']
/** What a kubelet puts there as well. */
const OF_THE_HOST = ['/etc/hosts', '/etc/resolv.conf']

/** The config.json of an OCI bundle. */
export function ociSpec(spec: ContainerSpec): object {
  const { rootfs, cwd, args, env, uid, gid, cgroup, memoryMib, volumes } = spec
  const own = OF_THE_HOST.map((path) => ({ from: path, to: path }))
  return {
    ociVersion: '1.0.2',
    hostname: 'check-deploy',
    root: { path: rootfs, readonly: true },
    process: {
      ...{ cwd, args, env, user: { uid, gid } },
      noNewPrivileges: true,
      capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
    },
    mounts: [...systemMounts(), ...[...own, ...volumes].map(bindMount)],
    linux: {
      cgroupsPath: cgroup,
      namespaces: NAMESPACES.map((type) => ({ type })),
      resources: { memory: { limit: memoryMib * MIB } },
    },
  }
}

function systemMounts() {
  return [
    mount('/proc', 'proc', []),
    mount('/dev', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
    mount('/dev/shm', 'tmpfs', ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k']),
    mount('/sys', 'sysfs', ['nosuid', 'noexec', 'nodev', 'ro']),
    { ...mount('/sys/fs/cgroup', 'cgroup', ['nosuid', 'noexec', 'nodev', 'ro']) },
  ]
}

function mount(destination: string, type: string, options: string[]) {
  return { destination, type, source: type, options }
}

function bindMount({ from, to, isWritable = false }: Volume) {
  const options = ['rbind', 'nosuid', 'nodev', isWritable ? 'rw' : 'ro']
  return { destination: to, type: 'bind', source: from, options }
}
