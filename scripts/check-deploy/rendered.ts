import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { Scene } from './check.ts'
import { run } from './command.ts'

export interface Manifest {
  apiVersion: string
  kind: string
  metadata: { name: string }
  [key: string]: unknown
}

export interface Rendering {
  path: string
  /** The values file. */
  values: string
  /** The oldest Kubernetes that has what the values use, as their file says. */
  kubernetes: string
}

/** The oldest Kubernetes that Chart.yaml allows. */
export const OLDEST_KUBERNETES = '1.27'
const FOLDERS = ['ci', 'examples']

/** The values files to test, each a way to deploy. */
export async function valuesFiles(root: string): Promise<string[]> {
  const folders = FOLDERS.map((name) => join(root, 'helm', name))
  const names = await Promise.all(folders.map((folder) => readdir(folder)))
  return folders.flatMap((folder, i) => names[i]!.sort().map((name) => join(folder, name)))
}

/** Renders the chart with each values file into the working folder. */
export async function renderAll({ root, work, tools }: Scene): Promise<Rendering[]> {
  const rendered: Rendering[] = []
  for (const [index, values] of (await valuesFiles(root)).entries()) {
    const path = join(work, `rendered-${index}.yaml`)
    const chart = join(root, 'helm')
    const text = await run([tools.helm, 'template', 'check', chart, '-n', 'check', '-f', values])
    await writeFile(path, text)
    const [, needed] = /^# Needs Kubernetes (\d+\.\d+)/m.exec(await readFile(values, 'utf8')) ?? []
    rendered.push({ path, values, kubernetes: needed ?? OLDEST_KUBERNETES })
  }
  return rendered
}

export function manifestsIn(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? [])
}
