// Gets every event, because it has no filter. `nameOf` and the guards distinguish the kinds.
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
