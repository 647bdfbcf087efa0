interface Lockfile {
  packages: Record<string, { dev?: boolean; devOptional?: boolean }>
}

/** The files and folders that the Dockerfile copies to /app. */
const EXPECTED =
  /^(package\.json|LICENSE|node_modules\/\.package-lock\.json)$|^(bin|dist|schemas)\//
const PACKAGE = /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//
const COMMAND = /^node_modules\/\.bin\//
/** Names that must not be in an image anywhere. */
const SECRET = /(^|\/)(\.env[^/]*|\.npmrc|\.git|id_rsa[^/]*|[^/]+\.(pem|key|p12|jks))(\/|$)/

/**
 * Lists the files that should not be in the image, each with the reason: files of /app by relative
 * path, others by absolute path.
 */
export function strangeFiles(paths: readonly string[], lockfile: Lockfile): string[] {
  return paths.flatMap((path) => {
    const why = whyStrange(path, lockfile)
    return why === undefined ? [] : [`${path}: ${why}`]
  })
}

function whyStrange(path: string, { packages }: Lockfile): string | undefined {
  if (SECRET.test(path)) return 'looks like a secret or a work file'
  const [, folder] = PACKAGE.exec(path) ?? []
  if (EXPECTED.test(path) || COMMAND.test(path)) return undefined
  if (folder === undefined) return 'is not copied by the Dockerfile'
  const entry = packages[folder]
  if (entry === undefined) return 'belongs to a package that is not in the lockfile'
  return entry.dev || entry.devOptional ? 'belongs to a development dependency' : undefined
}
