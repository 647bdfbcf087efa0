import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { REPO } from './clone.ts'

export interface Block {
  language: string
  text: string
}

export const README = readFileSync(join(REPO, 'README.md'), 'utf8')

/** The fenced blocks of a Markdown text, the README's unless said otherwise, in order. */
export function blocks(markdown = README): Block[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({
    language: language!,
    text: text!,
  }))
}

/** A file that the README shows whole: its first line is a comment with its path. */
export function fileShown(path: string): string {
  const found = blocks().find(({ text }) => text.startsWith(`// ${path}\n`))
  if (found === undefined) throw new Error(`README.md: expected a block that begins "// ${path}"`)
  return found.text
}
