// Makes what a release publishes, and publishes nothing: the npm package, the chart, their checksums and
// the notes. The image is built by the Dockerfile.
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { run } from '../check-deploy/command.ts'
import { installTools } from '../check-deploy/tools.ts'
import { print, runMain } from '../run-main.ts'
import { packChart } from './pack-chart.ts'
import { notesOf, versionProblems } from './versions.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const LOCAL = join(ROOT, '.inventory-events')
const TARGET = join(LOCAL, 'release')
const HELP = `Usage: npm run release -- --version <version>

Makes the artefacts of a release in .inventory-events/release: the npm package, the chart, SHA256SUMS and
the notes. Fails if a file states another version, or the changelog says nothing of it.
`

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { version: { type: 'string' }, help: { type: 'boolean', default: false } },
  })
  const { version } = values
  if (values.help || version === undefined) {
    print(HELP)
    return values.help ? 0 : 2
  }
  const problems = await versionProblems(ROOT, version)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  const notes = notesOf(await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8'), version)
  await rm(TARGET, { recursive: true, force: true })
  await mkdir(TARGET, { recursive: true })
  await packPackage()
  const { helm } = await installTools(join(LOCAL, 'tools'), (line) => print(`${line}\n`))
  await packChart(helm, { chart: join(ROOT, 'helm'), version, target: TARGET })
  const sums = await checksums()
  await writeFile(join(TARGET, 'SHA256SUMS'), sums)
  await writeFile(join(TARGET, 'notes.md'), notes)
  print(`${sums}in ${TARGET}\n`)
  return 0
}

async function packPackage(): Promise<void> {
  await run(['npm', 'pack', '--pack-destination', TARGET], { cwd: ROOT })
}

async function checksums(): Promise<string> {
  const names = (await readdir(TARGET)).sort()
  const lines = names.map(async (name) => {
    const hash = createHash('sha256').update(await readFile(join(TARGET, name)))
    return `${hash.digest('hex')}  ${name}\n`
  })
  return (await Promise.all(lines)).join('')
}

await runMain(main)
