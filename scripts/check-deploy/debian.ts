import { isOnPath, run, Skip } from './command.ts'

/** The Debian package of each program. */
const PACKAGES = {
  promtool: 'prometheus',
  amtool: 'prometheus-alertmanager',
  'docker-compose': 'docker-compose',
  buildah: 'buildah',
  runc: 'runc',
  debootstrap: 'debootstrap',
}

/** Uses the program on the PATH, or installs Debian's as root. Throws a Skip if neither is possible. */
export async function requireProgram(program: keyof typeof PACKAGES): Promise<void> {
  if (await isOnPath(program)) return
  if (process.getuid?.() !== 0 || !(await isOnPath('apt-get'))) {
    throw new Skip(`${program} is not installed, and only root on Debian can install it`)
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  await run(['apt-get', 'update', '-qq'], { env })
  const package_ = PACKAGES[program]
  await run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', package_], { env })
}
