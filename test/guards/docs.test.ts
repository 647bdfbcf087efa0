import { dirname, join } from 'node:path/posix'
import { describe, expect, it } from 'vitest'
import { referencePages } from '../../scripts/reference-docs.ts'
import { pages } from '../support/pages.ts'
import { filesUnder, textOf } from '../support/repo-files.ts'

const README_LINES_MAX = 150
const files = filesUnder()
const manifest = JSON.parse(textOf('package.json'))
/** What npm adds to "files" by itself. */
const packed: string[] = [...manifest.files, 'README.md', 'LICENSE', 'package.json']

describe.each(pages)('%s', (page) => {
  it('links to pages, headings and images that are there', () => {
    const dead = linksOf(page).filter(({ path, anchor }) => {
      if (!isThere(path)) return true
      return anchor !== '' && !(path.endsWith('.md') && anchorsOf(path).includes(anchor))
    })
    expect(dead).toEqual([])
  })

  it('links to nothing that the npm package lacks', () => {
    const isPacked = (path: string) =>
      packed.some((each) => path === each || path.startsWith(`${each}/`))
    expect(linksOf(page).filter(({ path }) => !isPacked(path))).toEqual([])
  })

  it('names files and folders that are there', () => {
    expect(pathsNamedIn(page).filter((path) => !isThere(path))).toEqual([])
  })

  it('has as many cells in each row as in the head of its table', () => {
    const tables = textOf(page).match(/(?:^\|.*\n)+/gm) ?? []
    const uneven = tables.flatMap((table) => {
      const [head, ...rows] = table.trimEnd().split('\n')
      return rows.filter((row) => cellsOf(row) !== cellsOf(head!))
    })
    expect(uneven).toEqual([])
  })
})

it.each(pages.filter((page) => page.startsWith('docs/')))(
  '%s begins with what it is for',
  (page) => {
    expect(textOf(page)).toMatch(/^# .+\n\n(?:<!-- .* -->\n\n)?(?:For|Look up) /)
  },
)

it.each(Object.entries(await referencePages()))(
  'docs/%s says what the code says ("npm run docs")',
  (path, text) => {
    expect(textOf(`docs/${path}`)).toBe(text)
  },
)

it(`the README has at most ${README_LINES_MAX} lines`, () => {
  expect(textOf('README.md').split('\n').length - 1).toBeLessThanOrEqual(README_LINES_MAX)
})

it('the README links to every page of docs/', () => {
  const linked = linksOf('README.md').map(({ path }) => path)
  expect(pages.filter((page) => page.startsWith('docs/') && !linked.includes(page))).toEqual([])
})

it('docs/plugins.md names every example plugin', () => {
  const names = filesUnder('examples/plugins').map((path) => path.split('/').at(-1)!)
  const text = textOf('docs/plugins.md')
  expect(names.length).toBeGreaterThan(0)
  expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([])
})

it('the pages install, and the changelog describes, the version of the package', () => {
  const text = pages.map(textOf).join('')
  const named = [...text.matchAll(/inventory-events(?:-|:)(\d+\.\d+\.\d+)/g)].map(
    ([, each]) => each,
  )
  expect([...new Set(named)]).toEqual([manifest.version])
  expect(textOf('CHANGELOG.md')).toContain(`\n## ${manifest.version}\n`)
})

it('the two pictures of the way differ in their colours only', () => {
  const shape = (name: string) => textOf(`docs/images/${name}`).replace(/#[0-9a-f]{6}\b/g, '#')
  expect(shape('way-of-an-event-dark.svg')).toBe(shape('way-of-an-event.svg'))
})

interface Link {
  path: string
  anchor: string
}

/** Links within the repository, images included, by their paths from its root. */
function linksOf(page: string): Link[] {
  const text = proseOf(page)
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g)]
  return targets.flatMap(([, markdown, html]) => {
    const target = markdown ?? html!
    if (/^[a-z]+:/.test(target)) return []
    const [path, anchor = ''] = target.split('#')
    return [{ path: path === '' ? page : join(dirname(page), path!), anchor }]
  })
}

/** Paths in code spans that begin in a folder of the repository; "*" stands for any name. */
function pathsNamedIn(page: string): string[] {
  const folders = [...new Set(files.flatMap((path) => /^([\w.-]+)\//.exec(path)?.[1] ?? []))]
  const path = new RegExp(`(?<![\\w./:-])(?:${folders.join('|')})/[\\w./*-]*`, 'g')
  const spans = [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!)
  return [...new Set(spans.flatMap((text) => text.match(path) ?? []))]
}

function isThere(path: string): boolean {
  const wanted = path.replace(/\/$/, '').replace(/[.]/g, '\\.').replaceAll('*', '[^/]*')
  const pattern = new RegExp(`^${wanted}(/|$)`)
  return files.some((file) => pattern.test(file))
}

/** GitHub's anchors of a page's headings. */
function anchorsOf(page: string): string[] {
  const headings = [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, text]) => text!)
  return headings.map((text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** A page without its fenced blocks. */
function proseOf(page: string): string {
  return textOf(page).replace(/^ *```[\s\S]*?^ *```$/gm, '')
}

function cellsOf(row: string): number {
  return row.replaceAll('\\|', '').split('|').length
}
