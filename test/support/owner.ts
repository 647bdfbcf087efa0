import { launchJava } from '../../src/dev/stack/process/launch.ts'

// A process that owns another one and runs until a test kills it: owner.ts FOLDER MARK
const [folder, mark] = process.argv.slice(2)
launchJava({ name: 'owned', args: [], folder: folder!, mark: mark!, life: 'owned' })
setInterval(() => {}, 1_000)
