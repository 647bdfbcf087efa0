import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { resolveJars } from '../../../../../src/dev/stack/maven/maven.ts'
import { explainMavenFailure, fetchedFile } from '../../../../../src/dev/stack/maven/output.ts'
import { pomFor } from '../../../../../src/dev/stack/maven/pom.ts'
import { writeExecutable } from '../../../../support/write-executable.ts'

describe('the pom', () => {
  it('requests jars with their dependencies, and archives without', () => {
    const pom = pomFor('kafka', ['g.x:jar-one:1.0', 'g.y:archive:2.0:tar.gz:all'])
    const [jar, archive] = pom.split('</dependency>')
    expect(jar).toContain('<groupId>g.x</groupId><artifactId>jar-one</artifactId><version>1.0<')
    expect(jar).not.toContain('exclusion')
    expect(archive).toMatch(/<type>tar\.gz<.*<classifier>all<.*<exclusion>/s)
  })

  it.each(['group:artifact', 'a:b:<c>', ''])('refuses the artifact "%s"', (artifact) => {
    expect(() => pomFor('kafka', [artifact])).toThrow(/expected group:artifact:version/)
  })
})

describe("Maven's output", () => {
  it('shows which file is being downloaded', () => {
    const url = 'from central: https://host/maven2/org/x/x/1.0/x-1.0'
    expect(fetchedFile(`[INFO] Downloading ${url}.jar`)).toEqual({ name: 'x-1.0.jar', done: false })
    expect(fetchedFile(`[INFO] Downloaded ${url}-all.tar.gz (3 MB)`)).toEqual({
      name: 'x-1.0-all.tar.gz',
      done: true,
    })
    expect(fetchedFile(`Downloading ${url}.pom`)).toBeUndefined()
  })

  it.each([
    ['missing', '', /cannot fetch kafka with Maven: "mvn" is not on the PATH/],
    ['timeout', '', /took too long/],
    [1, 'The JAVA_HOME environment variable is not defined correctly', /install Java 17/],
    [1, '[INFO] x\n[ERROR] Could not resolve a:b\n[ERROR] ', /\(exit 1\): Could not resolve a:b$/],
  ] as const)('when it ends with %s, says what to do', (exit, output, message) => {
    expect(explainMavenFailure('kafka', { exit, output })).toMatch(message)
  })
})

describe('fetching jars', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jars-'))
    vi.stubEnv('PATH', `${join(folder)}:${process.env.PATH}`)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true, force: true })
  })

  /** A fake Maven that counts its calls in a file. */
  function fakeMaven(body: string) {
    const script = `#!/bin/sh\necho call >> ${folder}/calls\nout="\${3#-DoutputDirectory=}"\n${body}\n`
    writeExecutable(join(folder, 'mvn'), script)
  }
  const resolve = () =>
    resolveJars({ name: 'kafka', artifacts: ['a:b:1'], folder: join(folder, 'cache') })

  it('happens once; then the cache is used', async () => {
    fakeMaven('touch "$out/b.jar" "$out/a.jar"')
    expect((await resolve()).map((path) => basename(path))).toEqual(['a.jar', 'b.jar'])
    expect(await resolve()).toHaveLength(2)
    expect(await readFile(join(folder, 'calls'), 'utf8')).toBe('call\n')
  })

  it('leaves no partial cache when it fails', async () => {
    fakeMaven('touch "$out/a.jar"; echo "[ERROR] no network"; exit 1')
    await expect(resolve()).rejects.toThrow('cannot fetch kafka with Maven (exit 1): no network')
    expect(await readdir(join(folder, 'cache'))).toEqual([])
  })
})
