import { textOf } from './repo-files.ts'

export const CLUSTERS_PAGE = 'docs/clusters.md'

export interface Recipe {
  /** The heading. */
  cluster: string
  /** As the page exports them. */
  settings: Record<string, string>
  /** The values file that the page names, by its path from the root. */
  values: string
}

/** The clusters of the page: each section that exports settings. */
export function recipes(): Recipe[] {
  const sections = textOf(CLUSTERS_PAGE).split(/^## /m).slice(1)
  return sections.flatMap((section) => {
    const [, block] = /^```sh\n([\s\S]*?)^```$/m.exec(section) ?? []
    if (block === undefined) return []
    const [, values = ''] = /\]\(\.\.\/(helm\/examples\/[\w.-]+)\)/.exec(section) ?? []
    return [{ cluster: section.split('\n')[0]!, settings: exportsIn(block), values }]
  })
}

/** Throws on any line that is no export, because the rest of the page would not be checked. */
function exportsIn(block: string): Record<string, string> {
  const lines = block.trimEnd().split('\n')
  const pairs = lines.flatMap((line) => {
    const [command, ...rest] = line.split(' ')
    if (command !== 'export') throw new Error(`${CLUSTERS_PAGE}: expected an export: ${line}`)
    return rest.map((pair) => {
      const [, name, value] = /^(\w+)=(?:'([^']*)'|[^']*)$/.exec(pair) ?? []
      if (name === undefined) throw new Error(`${CLUSTERS_PAGE}: expected NAME=VALUE: ${pair}`)
      return [name, value ?? pair.slice(name.length + 1)]
    })
  })
  return Object.fromEntries(pairs)
}
