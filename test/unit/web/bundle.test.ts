import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { expect, it } from 'vitest'

const WEB = fileURLToPath(new URL('../../../web', import.meta.url))
const COMPRESSED_MAX = 60_000

it('the page is small without its charts, which are loaded when they are needed', async () => {
  const { output } = (await build({
    ...{ root: WEB, configFile: `${WEB}/vite.config.ts`, logLevel: 'silent' },
    build: { write: false },
  })) as Rolldown.RolldownOutput
  const files = output.map((file) => ({
    name: file.fileName,
    text: file.type === 'chunk' ? file.code : file.source,
  }))
  const isChart = ({ name }: { name: string }) => /^assets\/chart-/.test(name)
  const atFirst = files.filter((file) => !isChart(file))
  const bytes = atFirst.reduce((sum, { text }) => sum + gzipSync(text).length, 0)
  expect(bytes).toBeLessThan(COMPRESSED_MAX)
  expect(files.filter(isChart).length).toBeGreaterThan(0)
  expect(
    atFirst.filter(({ text }) => String(text).includes('u-legend')).map((f) => f.name),
  ).toEqual([expect.stringMatching(/\.css$/)])
})
