import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Without garbage. Collects twice, because the first collection frees memory in the background. */
export async function memoryInUse(): Promise<NodeJS.MemoryUsage> {
  for (let n = 0; n < 2; n++) {
    collectGarbage()
    await sleep(200)
  }
  return process.memoryUsage()
}
