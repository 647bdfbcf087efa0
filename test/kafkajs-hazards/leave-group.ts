import { once } from 'node:events'
import net from 'node:net'
import { withAdmin } from '../support/group.ts'
import { endpoints } from '../support/stack.ts'

const LEAVE_GROUP = 13

/** Makes the coordinator evict a member, as after a session timeout. */
export async function evict(groupId: string, clientId: string): Promise<void> {
  const memberId = await withAdmin(async (admin) => {
    const { groups } = await admin.describeGroups([groupId])
    return groups[0]?.members.find((member) => member.clientId === clientId)?.memberId
  })
  if (memberId === undefined) throw new Error(`${clientId} is not a member of ${groupId}`)
  const port = Number(endpoints().brokers.split(':').at(-1))
  const socket = net.connect({ port, host: '127.0.0.1' })
  socket.write(leaveGroup(groupId, memberId))
  await once(socket, 'data')
  socket.destroy()
}

/** The request, version 0, with its length before it. */
function leaveGroup(groupId: string, memberId: string): Buffer {
  const head = Buffer.alloc(8)
  head.writeInt16BE(LEAVE_GROUP, 0)
  const body = Buffer.concat([head, text('test'), text(groupId), text(memberId)])
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}

function text(value: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeInt16BE(Buffer.byteLength(value))
  return Buffer.concat([length, Buffer.from(value)])
}
