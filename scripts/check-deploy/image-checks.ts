import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Buildah, makeBase, openBuildah } from './buildah.ts'
import type { Check, Scene } from './check.ts'
import { Failure, run, Skip } from './command.ts'
import { requireProgram } from './debian.ts'
import { strangeFiles } from './image-files.ts'
import { checkImageMemory } from './image-memory.ts'
import { type ImageConfig, ImageRunner } from './image-runner.ts'
import { serveFromImage } from './image-serves.ts'

export const IMAGE = 'localhost/inventory-events:check'
/** As OpenShift assigns it: a user of the namespace's own range, in the group of root. */
const OPENSHIFT_USER = '1000660000:0'

let built: Buildah | undefined

export const imageChecks: Check[] = [
  {
    name: 'image: builds',
    async run({ root, tools }) {
      const buildah = await openBuildah(tools)
      const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8')
      const [, base] = /^FROM (\S+)/m.exec(dockerfile) ?? []
      await makeBase(base!, buildah, tools)
      const options = ['--isolation', 'chroot', '--pull-never', '--format', 'docker']
      await run(buildah('build', ...options, '--tag', IMAGE, root))
      built = buildah
      return `on a substitute for ${base}`
    },
  },
  {
    name: 'image: files and user',
    run: ({ root }) =>
      inContainer(async (buildah, container) => {
        const config = await configOf(buildah)
        if (!/^[1-9]\d*:[1-9]\d*$/.test(config.User)) {
          throw new Failure(`expected a numeric user that is not root, got ${config.User}`)
        }
        const folder = (await run(buildah('mount', container))).trim()
        const files = await filesIn(folder)
        const lockfile = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'))
        const strange = strangeFiles(files, lockfile)
        if (strange.length > 0) throw new Failure(strange.slice(0, 20).join('\n'))
        return `${files.length} files, user ${config.User}`
      }),
  },
  {
    name: 'image: runs as any user',
    run: (scene) =>
      withRunner(scene, async (runner) => {
        const args = ['plugins', 'check', '/app/dist/examples/every-event.js']
        const output = await runner.run({ args, user: OPENSHIFT_USER })
        if (!output.includes('every-event: ok')) throw new Failure(output)
        return `user and group ${OPENSHIFT_USER}`
      }),
  },
  {
    name: 'image: serves',
    run: (scene) =>
      withRunner(scene, (runner) =>
        serveFromImage(runner, join(scene.root, 'examples', 'plugins')),
      ),
  },
  {
    name: 'image: memory limits',
    run: (scene) => withRunner(scene, (runner) => checkImageMemory(runner, OPENSHIFT_USER, scene)),
  },
  { name: 'image: derived image', run: derive },
]

/** Builds the Dockerfile in docs/deploy.md, which adds plugins. */
async function derive(scene: Scene): Promise<string> {
  const { root, work } = scene
  const buildah = requireImage()
  const docs = await readFile(join(root, 'docs', 'deploy.md'), 'utf8')
  const [, dockerfile] = /```dockerfile\n([\s\S]*?)```/.exec(docs) ?? []
  if (dockerfile === undefined) throw new Failure('docs/deploy.md: expected a Dockerfile')
  await writeFile(join(work, 'Dockerfile'), dockerfile.replace(/^FROM .*/m, `FROM ${IMAGE}`))
  const manifest = { name: 'plugins', version: '1.0.0', type: 'module' }
  await writeFile(join(work, 'package.json'), JSON.stringify(manifest))
  const lockfile = { ...manifest, lockfileVersion: 3, packages: { '': manifest } }
  await writeFile(join(work, 'package-lock.json'), JSON.stringify(lockfile))
  const examples = join(root, 'examples', 'plugins')
  await cp(join(examples, 'cold-chain.ts'), join(work, 'cold-chain.ts'))
  await cp(join(examples, 'single-event.ts'), join(work, 'reports.ts'))
  const tag = 'localhost/plugins:check'
  const options = ['--isolation', 'chroot', '--pull-never', '--format', 'docker']
  await run(buildah('build', ...options, '--tag', tag, work))
  const check = (runner: ImageRunner) => runner.run({ args: ['plugins', 'check'] })
  const output = await withRunner(scene, check, tag)
  const good = [...output.matchAll(/^([\w-]+): ok/gm)].map(([, slug]) => slug)
  if (good.length !== 2) throw new Failure(`expected two plugins, got:\n${output}`)
  return `plugins ${good.join(', ')}`
}

function requireImage(): Buildah {
  if (built === undefined) throw new Skip('no image, see "image: builds"')
  return built
}

async function inContainer<T>(
  work: (buildah: Buildah, container: string) => Promise<T>,
  image = IMAGE,
): Promise<T> {
  const buildah = requireImage()
  const container = (await run(buildah('from', '--pull-never', image))).trim()
  try {
    return await work(buildah, container)
  } finally {
    await run(buildah('rm', container))
  }
}

/** Runs the program of an image as the chart does. */
async function withRunner<T>(
  { work }: Scene,
  use: (runner: ImageRunner) => Promise<T>,
  image = IMAGE,
): Promise<T> {
  await requireProgram('runc')
  return inContainer(async (buildah, container) => {
    const rootfs = (await run(buildah('mount', container))).trim()
    return use(new ImageRunner({ rootfs, config: await configOf(buildah, image), work }))
  }, image)
}

async function configOf(buildah: Buildah, image = IMAGE): Promise<ImageConfig> {
  return JSON.parse(await run(buildah('inspect', '--type', 'image', image))).Docker.config
}

/** Lists the files of /app by relative path, and what the build may have left elsewhere. */
async function filesIn(folder: string): Promise<string[]> {
  const app = await run(['find', join(folder, 'app'), '!', '-type', 'd', '-printf', '%P\\n'])
  const places = ['build', 'root/.npm', 'root/.npmrc', 'tmp'].map((path) => join(folder, path))
  const left = await run(['sh', '-c', 'find "$@" ! -type d 2>/dev/null || true', 'find', ...places])
  return [...app.trim().split('\n'), ...left.trim().split('\n').filter(Boolean)]
}
