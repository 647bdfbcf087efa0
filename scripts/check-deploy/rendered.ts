import { readdir, writeFile } from 'node:fs/promises'
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

/** The values files to test, each a way to deploy. */
export async function valuesFiles(root: string): Promise<string[]> {
  const folder = join(root, 'helm', 'ci')
  return (await readdir(folder)).sort().map((name) => join(folder, name))
}

/** Renders the chart with each values file into the working folder. */
export async function renderAll({ root, work, tools }: Scene): Promise<string[]> {
  const rendered: string[] = []
  for (const [index, values] of (await valuesFiles(root)).entries()) {
    const path = join(work, `rendered-${index}.yaml`)
    const chart = join(root, 'helm')
    const text = await run([tools.helm, 'template', 'check', chart, '-n', 'check', '-f', values])
    await writeFile(path, text)
    rendered.push(path)
  }
  return rendered
}

export function manifestsIn(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? [])
}
