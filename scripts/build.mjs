// Compiles the package: the program, in dist/examples the example plugins, in dist/web the console's page.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

// Outputs of deleted sources must not be packed.
rmSync(dist, { recursive: true, force: true })
compile('tsconfig.build.json')
nameJavaScript()
// The examples import the package by its name, which resolves to the output just compiled.
compile('tsconfig.examples.json')
buildPage()

function compile(project) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  execFileSync(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' })
}

function buildPage() {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = [
    'build',
    'web',
    '--outDir',
    join(dist, 'web'),
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ]
  execFileSync(process.execPath, [vite, ...args], { cwd: root, stdio: 'inherit' })
}

/** The compiler rewrites `.ts` imports in JavaScript, but not in declarations. */
function nameJavaScript() {
  for (const name of readdirSync(dist, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue
    const file = join(dist, name)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(/(from '\.{1,2}\/[^']+)\.ts'/g, "$1.js'"))
  }
}
