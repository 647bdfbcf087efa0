import { readFile } from 'node:fs/promises'
import type { Scene } from './check.ts'
import { Failure } from './command.ts'
import { type Manifest, manifestsIn, renderAll } from './rendered.ts'

interface Context {
  allowPrivilegeEscalation?: boolean
  capabilities?: { add?: string[]; drop?: string[] }
  privileged?: boolean
  procMount?: string
  runAsNonRoot?: boolean
  runAsUser?: number
  seccompProfile?: { type: string }
  seLinuxOptions?: object
  sysctls?: object[]
}

interface Container {
  name: string
  ports?: { hostPort?: number }[]
  securityContext?: Context
}

interface PodSpec {
  securityContext?: Context
  containers: Container[]
  initContainers?: Container[]
  volumes?: { name: string }[]
  hostNetwork?: boolean
  hostPID?: boolean
  hostIPC?: boolean
}

/** The volume types of the Pod Security Standard "restricted"; `image` was added with Kubernetes 1.31. */
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]
const SECCOMP = ['RuntimeDefault', 'Localhost']

/** Requires that a namespace which enforces the Pod Security Standard "restricted" admits every pod. */
export async function checkPodSecurity(scene: Scene): Promise<string> {
  const files = await renderAll(scene)
  const texts = await Promise.all(files.map(({ path }) => readFile(path, 'utf8')))
  const pods = texts.flatMap(manifestsIn).flatMap((manifest) => {
    const spec = podSpecOf(manifest)
    return spec ? [{ name: `${manifest.kind} ${manifest.metadata.name}`, spec }] : []
  })
  const found = pods.flatMap(({ name, spec }) => violations(spec).map((each) => `${name}: ${each}`))
  if (found.length > 0) throw new Failure(found.join('\n'))
  if (pods.length === 0) throw new Failure('expected pods')
  return `${pods.length} pods`
}

function podSpecOf({ kind, spec }: Manifest): PodSpec | undefined {
  if (kind === 'Pod') return spec as PodSpec
  if (!['Deployment', 'Job'].includes(kind)) return undefined
  return (spec as { template: { spec: PodSpec } }).template.spec
}

function violations(spec: PodSpec): string[] {
  const found: string[] = []
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC'] as const)
    if (spec[key]) found.push(`${key}: expected none`)
  for (const { name, ...source } of spec.volumes ?? []) {
    const types = Object.keys(source).filter((type) => !VOLUMES.includes(type))
    if (types.length > 0) found.push(`volume ${name}: unexpected type ${types.join(', ')}`)
  }
  if (spec.securityContext?.sysctls) found.push('securityContext.sysctls: expected none')
  const containers = [...(spec.initContainers ?? []), ...spec.containers]
  return [
    ...found,
    ...containers.flatMap((each) => containerViolations(each, spec.securityContext ?? {})),
  ]
}

function containerViolations({ name, ports, securityContext }: Container, pod: Context): string[] {
  const own: Context = securityContext ?? {}
  const { runAsNonRoot, runAsUser, seccompProfile, seLinuxOptions } = { ...pod, ...own }
  const { add = [], drop = [] } = own.capabilities ?? {}
  const rules: [boolean, string][] = [
    [runAsNonRoot === true, 'runAsNonRoot: expected true'],
    [runAsUser !== 0, 'runAsUser: expected none or another than 0'],
    [own.allowPrivilegeEscalation === false, 'allowPrivilegeEscalation: expected false'],
    [!own.privileged, 'privileged: expected none'],
    [drop.includes('ALL'), 'capabilities.drop: expected ALL'],
    [add.every((each) => each === 'NET_BIND_SERVICE'), 'capabilities.add: expected none'],
    [SECCOMP.includes(seccompProfile?.type ?? ''), 'seccompProfile.type: expected RuntimeDefault'],
    [seLinuxOptions === undefined, 'seLinuxOptions: expected none'],
    [(own.procMount ?? 'Default') === 'Default', 'procMount: expected Default'],
    [(ports ?? []).every(({ hostPort }) => !hostPort), 'hostPort: expected none'],
  ]
  return rules.flatMap(([holds, expected]) => (holds ? [] : [`container ${name}: ${expected}`]))
}
