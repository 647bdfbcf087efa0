import { filesUnder, textOf } from './repo-files.ts'

export interface Block {
  language: string
  text: string
}

/** Every Markdown page of the repository, by its path from the root. */
export const pages = filesUnder().filter((path) => path.endsWith('.md'))

/** The fenced blocks of a page, in order; those of a list are indented. */
export function blocks(page: string): Block[] {
  return [...textOf(page).matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)].map(
    ([, language, text]) => ({
      language: language!,
      text: text!,
    }),
  )
}

/** The path of the file that a block shows whole: its first line is a comment with the path. */
export function pathShown({ text }: Block): string | undefined {
  return /^\/\/ ([\w./-]+\.\w+)\n/.exec(text)?.[1]
}

/** A file that a page shows whole. */
export function fileShown(page: string, path: string): string {
  const found = blocks(page).find((block) => pathShown(block) === path)
  if (found === undefined) throw new Error(`${page}: expected a block that begins "// ${path}"`)
  return found.text
}
