import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { outcomeOf, run, Skip } from './command.ts'
import { requireProgram } from './debian.ts'
import type { Tools } from './tools.ts'

/** Builds a buildah command line that keeps its images in the tools folder. */
export type Buildah = (...args: string[]) => string[]

const SUITE = 'bookworm'
const MIRROR = 'http://deb.debian.org/debian'
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

/** Throws a Skip if images can't be built: that needs root, and Debian's buildah. */
export async function openBuildah({ folder }: Tools): Promise<Buildah> {
  if (process.getuid?.() !== 0) throw new Skip('building images needs root')
  await requireProgram('buildah')
  for (const driver of ['overlay', 'vfs']) {
    const home = join(folder, 'containers', driver)
    const roots = ['--root', join(home, 'root'), '--runroot', join(home, 'run')]
    const buildah: Buildah = (...args) => ['buildah', ...roots, '--storage-driver', driver, ...args]
    const { code, output } = await outcomeOf(buildah('from', '--name', 'probe', 'scratch'))
    await outcomeOf(buildah('rm', 'probe'))
    if (code === 0 || output.includes('already in use')) return buildah
  }
  throw new Skip('buildah cannot store images on this machine')
}

/**
 * Creates a substitute for the base image, which can't be pulled everywhere: Debian, the Node that
 * runs this script, and npm. It has the base image's name, and is created once.
 */
export async function makeBase(name: string, buildah: Buildah, tools: Tools): Promise<void> {
  const full = `docker.io/library/${name}`
  const { code } = await outcomeOf(buildah('inspect', '--type', 'image', full))
  if (code === 0) return
  await requireProgram('debootstrap')
  const system = join(tools.folder, 'containers', 'base')
  await rm(system, { recursive: true, force: true })
  const options = ['--variant=minbase', '--include=ca-certificates']
  await run(['debootstrap', ...options, SUITE, system, MIRROR])
  await addNode(system, tools)
  const container = (await run(buildah('from', 'scratch'))).trim()
  await run(buildah('add', container, system, '/'))
  const env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']
  env.push(`NODE_EXTRA_CA_CERTS=${CERTIFICATES}`)
  await run(buildah('config', ...env.flatMap((each) => ['--env', each]), container))
  await run(buildah('commit', '--rm', container, full))
  await rm(system, { recursive: true, force: true })
}

async function addNode(system: string, { packages }: Tools): Promise<void> {
  const local = join(system, 'usr', 'local')
  await mkdir(join(local, 'lib', 'node_modules'), { recursive: true })
  await cp(process.execPath, join(local, 'bin', 'node'))
  const npm = join(local, 'lib', 'node_modules', 'npm')
  await cp(join(packages, 'node_modules', 'npm'), npm, { recursive: true })
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin', 'npm'))
  // This machine's CA certificates: packages may come through a proxy.
  const trusted = await readFile(CERTIFICATES).catch(() => undefined)
  if (trusted) await writeFile(join(system, CERTIFICATES), trusted)
}
