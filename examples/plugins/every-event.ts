// Takes every event: there is no filter. What arrives is told apart with `nameOf` and guards.
import { definePlugin, isPluginEvent, nameOf } from 'inventory-events'

export default definePlugin({
  slug: 'every-event',
  title: 'A line for every event',
  processEvent(event, { log, record }) {
    const fields = { id: event.id, name: nameOf(event), key: record.key }
    if (isPluginEvent(event)) log.debug({ ...fields, args: event.args.length }, 'plugin event')
    else log.debug(fields, 'inventory event')
  },
})
