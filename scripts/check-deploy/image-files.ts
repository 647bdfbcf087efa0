interface Lockfile {
  packages: Record<string, { dev?: boolean; devOptional?: boolean }>
}

/** What the Dockerfile puts into /app. */
const EXPECTED =
  /^(package\.json|LICENSE|node_modules\/\.package-lock\.json)$|^(bin|dist|schemas)\//
const PACKAGE = /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//
const COMMAND = /^node_modules\/\.bin\//
/** Names that have no business in an image, wherever they are. */
const SECRET = /(^|\/)(\.env[^/]*|\.npmrc|\.git|id_rsa[^/]*|[^/]+\.(pem|key|p12|jks))(\/|$)/

/**
 * Of the files in an image, those that should not be there, each with why: files of /app by their
 * paths in it, others by their whole path.
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
  if (folder === undefined) return 'is not what the Dockerfile copies'
  const entry = packages[folder]
  if (entry === undefined) return 'is of a package that the lockfile does not have'
  return entry.dev || entry.devOptional ? 'is of a package for development' : undefined
}
