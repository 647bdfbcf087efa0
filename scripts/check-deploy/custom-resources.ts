import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Scene } from './check.ts'
import { Failure, run } from './command.ts'
import { type Manifest, manifestsIn, renderAll } from './rendered.ts'

const MODELS = {
  HTTPRoute: '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1',
  ScaledObject: '@kubernetes-models/keda/keda.sh/v1alpha1',
  ServiceMonitor: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
  PrometheusRule: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
} as const

type Kind = keyof typeof MODELS

/** Validates each resource against its schema, and, since that allows unknown keys, against its type too. */
export async function checkCustomResources(scene: Scene): Promise<string> {
  const files = await renderAll(scene)
  const texts = await Promise.all(files.map(({ path }) => readFile(path, 'utf8')))
  const resources = texts.flatMap(manifestsIn).filter(({ kind }) => kind in MODELS)
  const kinds = Object.keys(MODELS).filter((kind) => !resources.some((each) => each.kind === kind))
  if (kinds.length > 0) throw new Failure(`no values file renders a ${kinds.join(' or ')}`)
  for (const resource of resources) await validate(resource, scene)
  await checkTypes(resources, scene)
  return `${resources.length} resources`
}

async function validate(resource: Manifest, { tools }: Scene): Promise<void> {
  const kind = resource.kind as Kind
  const file = join(tools.packages, 'node_modules', MODELS[kind], `${kind}.js`)
  const { [kind]: Model } = await import(pathToFileURL(file).href)
  try {
    new Model(resource).validate()
  } catch (error) {
    throw new Failure(`${kind} ${resource.metadata.name}: ${(error as Error).message}`)
  }
}

/** Object literals may not have keys that their type lacks, so tsc reports unknown keys. */
async function checkTypes(resources: Manifest[], { root, work, tools }: Scene): Promise<void> {
  const lines = resources.map((resource, index) => {
    const kind = resource.kind as Kind
    const type = `import('${MODELS[kind]}/${kind}').I${kind}`
    return `export const _${index}: ${type} = ${JSON.stringify(resource)}`
  })
  await symlink(join(tools.packages, 'node_modules'), join(work, 'node_modules'))
  await writeFile(join(work, 'resources.ts'), `${lines.join('\n')}\n`)
  const options = { strict: true, skipLibCheck: true, noEmit: true, module: 'nodenext' }
  const config = { compilerOptions: options, files: ['resources.ts'] }
  await writeFile(join(work, 'tsconfig.json'), JSON.stringify(config))
  await writeFile(join(work, 'package.json'), '{"type":"module"}')
  const tsc = join(import.meta.dirname, '..', '..', 'node_modules', 'typescript', 'bin', 'tsc')
  await run([process.execPath, tsc, '-p', work], { cwd: root })
}
