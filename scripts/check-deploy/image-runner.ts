import { randomUUID } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, outcomeOf } from './command.ts'
import { Container } from './container.ts'
import { ociSpec, type Volume } from './oci-spec.ts'

export interface ImageConfig {
  User: string
  Entrypoint: string[]
  Env: string[]
  WorkingDir: string
  Healthcheck: { Test: string[] }
  Labels: Record<string, string>
}

export interface Run {
  args: readonly string[]
  env?: Readonly<Record<string, string>>
  /** `uid:gid`. Default: the image's. */
  user?: string
  /** Default: the chart's limit. */
  memoryMib?: number
  volumes?: readonly Volume[]
}

const CHART_LIMIT_MIB = 512
/** The most memory that a cgroup used, in version 1 and 2. */
const PEAKS = ['memory/{}/memory.max_usage_in_bytes', '{}/memory.peak']

/**
 * Runs an image's program by runc, as a kubelet does: in namespaces of its own, with a read-only root, no capabilities
 * and a memory limit. Only the network is the host's.
 */
export class ImageRunner {
  readonly #rootfs: string
  readonly #config: ImageConfig
  readonly #work: string

  constructor({ rootfs, config, work }: { rootfs: string; config: ImageConfig; work: string }) {
    this.#rootfs = rootfs
    this.#config = config
    this.#work = work
  }

  get config(): ImageConfig {
    return this.#config
  }

  async start(run: Run): Promise<RunningImage> {
    const { command, id } = await this.#prepare(run)
    const container = new Container(command)
    const runc = (...args: string[]) => outcomeOf([...this.#runc(), ...args])
    return {
      container,
      exec: (args, env) => runc('exec', ...optionsOf(env), id, ...args),
      peakBytes: () => peakOf(id),
    }
  }

  /** Runs a command to its end and returns its output. Throws a Failure unless it exits with 0. */
  async run(run: Run): Promise<string> {
    const { command } = await this.#prepare(run)
    const { code, output } = await outcomeOf(command)
    if (code !== 0) throw new Failure(`${run.args.join(' ')}: exit ${code}\n${output}`)
    return output
  }

  #runc(): string[] {
    return ['runc', '--root', join(this.#work, 'runc')]
  }

  async #prepare({ args, env = {}, user, memoryMib = CHART_LIMIT_MIB, volumes = [] }: Run) {
    const id = `check-deploy-${randomUUID()}`
    const bundle = await mkdtemp(join(this.#work, 'bundle-'))
    const tmp = join(bundle, 'tmp')
    await mkdir(tmp)
    await chmod(tmp, 0o1777)
    const { Entrypoint, Env, WorkingDir, User } = this.#config
    const [uid, gid] = (user ?? User).split(':').map(Number) as [number, number]
    const spec = ociSpec({
      rootfs: this.#rootfs,
      cwd: WorkingDir,
      args: [...Entrypoint, ...args],
      env: [...Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
      ...{ uid, gid, cgroup: `/${id}`, memoryMib },
      volumes: [...volumes, { from: tmp, to: '/tmp', isWritable: true }],
    })
    await writeFile(join(bundle, 'config.json'), JSON.stringify(spec))
    return { id, command: [...this.#runc(), 'run', '--bundle', bundle, id] }
  }
}

export interface RunningImage {
  container: Container
  /** Runs a command in it. */
  exec(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<{ code: number | string; output: string }>
  /** The most memory that it used so far; undefined where the kernel does not say. */
  peakBytes(): Promise<number | undefined>
}

function optionsOf(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`])
}

async function peakOf(id: string): Promise<number | undefined> {
  for (const path of PEAKS) {
    const file = join('/sys/fs/cgroup', path.replace('{}', id))
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text !== undefined) return Number(text)
  }
  return undefined
}
