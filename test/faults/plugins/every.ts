import { every } from '../plugin-rules.ts'
import { underWatch } from './recording.ts'

/** Handles every event immediately. */
export default underWatch({ slug: every.slug, processEvent: () => undefined })
