import { writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { INVENTORY_KINDS } from '../../event/kinds.ts'
import { describeProblem, loadPlugins } from '../../plugin/load-plugins.ts'
import { defaultsFrom, type LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { failed } from '../replicas/wait-for.ts'
import type { Run } from './run.ts'

const NAMES = ['every-event', 'single-event', 'flaky', 'picky']

// TypeScript sources in a clone, compiled files in the package.
const extension = extname(import.meta.url)
const FOLDER = extension === '.ts' ? '../../../examples/plugins/' : '../../examples/'

export function samplePluginFiles(): string[] {
  return NAMES.map((name) => fileURLToPath(urlOf(name)))
}

/** Loads the sample plugins into this process, to compute what to expect. */
export async function loadSamplePlugins({ config, workFolder }: Run): Promise<LoadedPlugin[]> {
  const loaded = await loadPlugins(samplePluginFiles(), {
    kinds: INVENTORY_KINDS,
    cwd: workFolder,
    defaults: defaultsFrom(config),
  })
  if (loaded.problems.length > 0) {
    throw failed(`sample plugins:\n  ${loaded.problems.map(describeProblem).join('\n  ')}`)
  }
  return loaded.plugins
}

/** Writes a module per sample plugin that also records its effects. Returns the value of PLUGINS. */
export async function writeRecordedPlugins(workFolder: string): Promise<string> {
  const recorder = new URL(`../replicas/recorder${extension}`, import.meta.url)
  for (const name of NAMES) {
    const lines = [
      `import plugin from ${JSON.stringify(urlOf(name).href)}`,
      `import { recorded } from ${JSON.stringify(recorder.href)}`,
      `export default recorded(plugin, ${JSON.stringify(workFolder)})`,
    ]
    await writeFile(join(workFolder, `${name}.mjs`), `${lines.join('\n')}\n`)
  }
  return NAMES.map((name) => `./${name}.mjs`).join(',')
}

function urlOf(name: string): URL {
  return new URL(`${FOLDER}${name}${extension}`, import.meta.url)
}
