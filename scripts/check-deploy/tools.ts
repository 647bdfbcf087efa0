import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isOnPath, run } from './command.ts'

/** Paths of the installed tools. */
export interface Tools {
  folder: string
  helm: string
  helmUnittest: string
  kubeScore: string
  kubernetesValidate: string
  hadolint: string
  actionlint: string
  /** The folder of the npm packages. */
  packages: string
}

const GO_TOOLS = [
  'helm.sh/helm/v4/cmd/helm@v4.3.1',
  'github.com/zegl/kube-score/cmd/kube-score@v1.20.0',
  'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
]
const PINS = join(import.meta.dirname, 'tools')
/** Go compiles Helm from source, which takes long on a busy machine. */
const INSTALL_MS = 1_200_000
const NEEDED = ['go', 'python3', 'npm']

/** Installs missing tools in their pinned versions. Throws if Go, Python or npm is missing. */
export async function installTools(folder: string, say: (line: string) => void): Promise<Tools> {
  for (const program of NEEDED) {
    if (!(await isOnPath(program))) throw new Error(`${program} is needed to install the tools`)
  }
  const bin = join(folder, 'bin')
  await mkdir(bin, { recursive: true })
  for (const tool of GO_TOOLS) {
    await once(folder, tool, tool, say, () =>
      run(['go', 'install', tool], { env: { GOBIN: bin }, timeoutMs: INSTALL_MS }),
    )
  }
  await once(folder, 'helm-unittest', await pinsOf('helm-unittest'), say, () => buildUnittest(bin))
  const python = join(folder, 'python')
  await once(folder, 'python', await pinsOf('requirements.txt'), say, () => installPython(python))
  const npm = join(folder, 'npm')
  await once(folder, 'npm', await pinsOf('package-lock.json'), say, () => installPackages(npm))
  return {
    folder,
    helm: join(bin, 'helm'),
    helmUnittest: join(bin, 'helm-unittest'),
    kubeScore: join(bin, 'kube-score'),
    kubernetesValidate: join(python, 'bin', 'kubernetes-validate'),
    hadolint: join(python, 'bin', 'hadolint'),
    actionlint: join(bin, 'actionlint'),
    packages: npm,
  }
}

/** Writes the marker file last, so that an incomplete installation is repeated. */
async function once(
  folder: string,
  name: string,
  pins: string,
  say: (line: string) => void,
  install: () => Promise<unknown>,
): Promise<void> {
  const wanted = createHash('sha256').update(pins).digest('hex')
  const marker = join(folder, `${name.replace(/[^\w-]+/g, '-')}.installed`)
  if ((await readFile(marker, 'utf8').catch(() => '')) === wanted) return
  const startedAt = Date.now()
  await install()
  await writeFile(marker, wanted)
  say(`installed ${name} in ${Math.round((Date.now() - startedAt) / 1000)} s`)
}

async function pinsOf(name: string): Promise<string> {
  const path = join(PINS, name)
  if (name.includes('.')) return readFile(path, 'utf8')
  const files = (await readdir(path)).sort()
  return (await Promise.all(files.map((file) => readFile(join(path, file), 'utf8')))).join('\n')
}

function buildUnittest(bin: string): Promise<string> {
  const source = 'github.com/helm-unittest/helm-unittest/cmd/helm-unittest'
  const cwd = join(PINS, 'helm-unittest')
  return run(['go', 'build', '-mod=readonly', '-o', join(bin, 'helm-unittest'), source], {
    cwd,
    timeoutMs: INSTALL_MS,
  })
}

async function installPython(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await run(['python3', '-m', 'venv', folder])
  const pip = join(folder, 'bin', 'pip')
  await run([pip, 'install', '--quiet', '--no-deps', '-r', join(PINS, 'requirements.txt')])
}

async function installPackages(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) {
    await cp(join(PINS, file), join(folder, file))
  }
  await run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
}
