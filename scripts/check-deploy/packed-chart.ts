import { cp, mkdir, readFile, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { packChart } from '../release/pack-chart.ts'
import type { Scene } from './check.ts'
import { Failure, run } from './command.ts'

/** Packs the chart as a release does, from files of two times: both must be the same, with no file of the checks. */
export async function checkPackedChart({ root, work, tools }: Scene): Promise<string> {
  const { version } = parse(await readFile(join(root, 'helm', 'Chart.yaml'), 'utf8'))
  const packed: Buffer[] = []
  let names = ''
  for (const [name, seconds] of Object.entries({ former: 0, later: 86_400 })) {
    const [chart, target] = [join(work, name), join(work, `${name}-packed`)]
    await cp(join(root, 'helm'), chart, { recursive: true })
    await utimes(join(chart, 'Chart.yaml'), seconds, seconds)
    await mkdir(target)
    const path = await packChart(tools.helm, { chart, version, target })
    packed.push(await readFile(path))
    names = await run(['tar', 'tf', path])
  }
  if (!packed[0]!.equals(packed[1]!)) throw new Failure('the same files are packed otherwise')
  const odd = names.split('\n').filter((name) => /\/(ci|tests|examples)\/(?!ready)/.test(name))
  if (odd.length > 0) throw new Failure(`not needed to install it:\n${odd.join('\n')}`)
  return `${names.trim().split('\n').length} files, the same at another time`
}
