import type { Guard } from './guard.ts'

/** Guards of reading: connections, batches, room, offsets. */
export const fetchGuards: Guard[] = [
  {
    name: 'idle connections are left as they are',
    test: 'test/hazards/m7-idle-busy-loop.test.ts',
    file: 'src/kafka/quiet-idle.ts',
    from: 'queue.scheduleCheckPendingRequests = quiet',
    to: '',
  },
]
