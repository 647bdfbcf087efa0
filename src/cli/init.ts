import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { shellWord } from '../util/text/shell-word.ts'
import { version } from '../version.ts'
import { print, usage } from './shared/output.ts'

/** The relative path is the same from `src/cli` and from `dist/cli`. */
const TEMPLATE = fileURLToPath(new URL('../../templates/project/', import.meta.url))

const HELP = `
The project has a plugin and its test, tsconfig.json, sample events, a Dockerfile, values for the chart,
and a README. Its scripts "test", "dev" and "certify" work at once.`

export function registerInit(program: Command): void {
  program
    .command('init')
    .description('Make a project for plugins of your own')
    .argument('<folder>', 'its folder, which must be new or empty')
    .addHelpText('after', HELP)
    .action(init)
}

async function init(argument: string): Promise<void> {
  const folder = resolve(argument)
  const found = await entriesOf(folder)
  if (found.length > 0)
    throw usage(`${argument}: expected a new or empty folder, got one with ${shown(found)}`)
  const names = { name: packageName(folder), version }
  const made: string[] = []
  for (const path of await templateFiles()) {
    const target = path.replace(/(^|[/\\])_/, '$1.')
    const text = await readFile(join(TEMPLATE, path), 'utf8')
    await mkdir(dirname(join(folder, target)), { recursive: true })
    await writeFile(join(folder, target), filledIn(text, names))
    made.push(target)
  }
  print(`made ${argument}:
${made.map((path) => `  ${path}`).join('\n')}

next:
  cd ${shellWord(argument)}
  npm install    (while inventory-events is in no registry: npm install PATH/inventory-events-${version}.tgz)
  npm test
  npm run dev`)
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    if (code === 'ENOTDIR') throw usage(`${folder}: expected a new or empty folder, got a file`)
    throw error
  }
}

/** npm packs no .gitignore, so names that begin with a dot begin with an underscore there. */
async function templateFiles(): Promise<string[]> {
  const entries = await readdir(TEMPLATE, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => relative(TEMPLATE, join(parentPath, name))).sort()
}

function filledIn(text: string, names: Record<string, string>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => names[name] as string)
}

/** The folder's name, as far as npm and images allow it. */
function packageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, '-')
  return name.replaceAll(/^-|-$/g, '') || 'my-plugins'
}

function shown(entries: readonly string[]): string {
  return entries.length > 3 ? `${entries.slice(0, 3).join(', ')}, ...` : entries.join(', ')
}
