import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Ports } from './ports.ts'

/** How the stack was last started; written before the start, so that it can always be stopped. */
export interface StackRecord {
  version: 1
  way: 'docker' | 'maven'
  ports: Ports
}

export async function readRecord(folder: string): Promise<StackRecord | undefined> {
  const text = await readFile(fileIn(folder), 'utf8').catch(() => '')
  try {
    const record = JSON.parse(text) as StackRecord
    return record.version === 1 ? record : undefined
  } catch {
    return undefined
  }
}

export async function writeRecord(folder: string, record: StackRecord): Promise<void> {
  await mkdir(folder, { recursive: true })
  const draft = `${fileIn(folder)}.draft`
  await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`)
  await rename(draft, fileIn(folder))
}

function fileIn(folder: string): string {
  return join(folder, 'stack.json')
}
