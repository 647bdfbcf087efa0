import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Scene } from './check.ts'
import { Failure, run } from './command.ts'
import { manifestsIn, renderAll } from './rendered.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const PROGRAM = [process.execPath, join(ROOT, 'bin', 'inventory-events.js'), 'plugins', 'check']
const SOURCE = join(ROOT, 'examples', 'plugins', 'cold-chain.ts')

/** Puts what a volume or an image holds into a folder, as Kubernetes or git-sync lays it out there. */
type Layout = (folder: string) => Promise<void>

const plain: Layout = (folder) => cp(SOURCE, join(folder, 'cold-chain.ts'))

const LAYOUTS: Record<string, { at: string; layout: Layout }> = {
  'plugins-own-image.yaml': {
    at: '/app/plugins',
    async layout(folder) {
      await plain(folder)
      await cp(join(dirname(SOURCE), 'single-event.ts'), join(folder, 'reports.ts'))
    },
  },
  'plugins-oci-volume.yaml': { at: '/plugins/volume', layout: plain },
  'plugins-persistent-volume.yaml': { at: '/plugins/volume', layout: plain },
  'plugins-config-map.yaml': { at: '/plugins/volume', layout: configMap },
  'plugins-git-sync.yaml': {
    at: '/plugins/volume',
    async layout(folder) {
      const tree = join('.worktrees', 'e83c37c1')
      await mkdir(join(folder, tree, 'examples', 'plugins'), { recursive: true })
      await plain(join(folder, tree, 'examples', 'plugins'))
      await symlink(tree, join(folder, 'plugins'))
    },
  },
}

/** A ConfigMap's files are links to a folder that is exchanged as a whole. */
async function configMap(folder: string): Promise<void> {
  await mkdir(join(folder, '..2026_01_01'))
  await plain(join(folder, '..2026_01_01'))
  await symlink('..2026_01_01', join(folder, '..data'))
  await symlink(join('..data', 'cold-chain.ts'), join(folder, 'cold-chain.ts'))
}

/** Loads the plugins of each example from where its pod would have them. */
export async function checkPluginExamples(scene: Scene): Promise<string> {
  const files = (await renderAll(scene)).filter(({ values }) => basename(values) in LAYOUTS)
  if (files.length !== Object.keys(LAYOUTS).length) throw new Failure('expected all examples')
  const counts: string[] = []
  for (const { path, values } of files) {
    const { at, layout } = LAYOUTS[basename(values)]!
    const root = join(scene.work, basename(values, '.yaml'))
    await mkdir(join(root, at), { recursive: true })
    await layout(join(root, at))
    const plugins = await pluginsIn(path, root)
    const output = await run([...PROGRAM, ...plugins.map((each) => join(root, each))])
    const found = [...output.matchAll(/^[\w-]+: ok/gm)].length
    if (found !== plugins.length) throw new Failure(`${basename(values)}: ${output}`)
    counts.push(`${basename(values, '.yaml')} ${found}`)
  }
  return counts.join(', ')
}

/** What PLUGINS names; those in values are written to where they are mounted. */
async function pluginsIn(rendering: string, root: string): Promise<string[]> {
  const maps = manifestsIn(await readFile(rendering, 'utf8')).filter(
    ({ kind }) => kind === 'ConfigMap',
  )
  let names: string[] = []
  for (const { data } of maps as unknown as { data: Record<string, string> }[]) {
    if (data.PLUGINS !== undefined) names = data.PLUGINS.split(',')
    else await writeFiles(join(root, 'plugins', 'files'), data)
  }
  return names
}

async function writeFiles(folder: string, data: Record<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, text] of Object.entries(data)) await writeFile(join(folder, name), text)
}
