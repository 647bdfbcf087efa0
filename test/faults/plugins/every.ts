import { every } from '../plugin-rules.ts'
import { underWatch } from './recording.ts'

/** Takes every event at once. */
export default underWatch({ slug: every.slug, processEvent: () => undefined })
