import { parse, stringify } from 'yaml'

export interface ChartValue {
  path: string
  /** What the comment above it says. */
  help: string
  /** As YAML on one line; undefined if it only groups others. */
  fallback: string | undefined
}

const KEY = /^( *)([A-Za-z]\w*):(.*)$/
const INDENT = 2

/** The values of values.yaml in its order. The generated list of settings is left out. */
export function chartValues(text: string): ChartValue[] {
  const lines = text.replace(/ *# <settings>\n.*# <\/settings>\n/s, '').split('\n')
  const tree: unknown = parse(text)
  const values: ChartValue[] = []
  const path: string[] = []
  let comment: string[] = []
  for (const [index, line] of lines.entries()) {
    const [, indent, key, rest] = KEY.exec(line) ?? []
    if (indent === undefined) {
      comment = line.trim().startsWith('#') ? [...comment, line.trim().slice(1)] : []
      continue
    }
    path.length = indent.length / INDENT
    path.push(key!)
    const groups = rest!.trim() === '' && groupsOthers(lines, index)
    if (comment.length > 0 || groups || path.length === 2)
      values.push({
        path: path.join('.'),
        help: joined(comment),
        fallback: groups ? undefined : flow(at(tree, path)),
      })
    comment = []
  }
  return values
}

/** A key whose children have comments is a group; else they are one value. */
function groupsOthers(lines: string[], index: number): boolean {
  const next = lines[index + 1] ?? ''
  const children = lines.slice(index + 1)
  const end = children.findIndex((line) => line !== '' && depthOf(line) <= depthOf(lines[index]!))
  const own = end < 0 ? children : children.slice(0, end)
  return depthOf(next) > depthOf(lines[index]!) && own.some((line) => line.trim().startsWith('#'))
}

function depthOf(line: string): number {
  return line.length - line.trimStart().length
}

/** A comment as a paragraph; lines that are set off are code. */
function joined(comment: string[]): string {
  return comment
    .filter((line) => !/^ yaml-language-server/.test(line))
    .map((line) => (/^ {3}/.test(line) ? `\`${line.trim()}\`` : withCode(line.trim())))
    .join(' ')
}

/** Sets YAML and quoted names of a comment as code. */
function withCode(line: string): string {
  return line.replaceAll(/(\[\{.*\}\]|\{ .* \}|\[[^\]]*\])/g, '`$1`')
}

function at(tree: unknown, path: string[]): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], tree)
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()
}
