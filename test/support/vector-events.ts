import type { Event } from '../../src/event/event.ts'
import { readSamples } from './samples.ts'

/** The samples and events with edge cases of codecs, to compare with another implementation. */
export function vectorEvents(): Event[] {
  return [...readSamples(), ...awkward.map((line) => JSON.parse(line) as Event)]
}

const awkward = [
  '{"id":"evt_plugin","name":"stockitem.moved","time":"2024-01-15T10:30:00.123456Z","args":[1,"two",null,[true]],"kwargs":{"id":123,"old_location":null,"quantity":1.5,"__proto__":{"a":{}},"":""}}',
  '{"id":"漢字 👩‍👩‍👧","name":"plugins_loaded","time":"9999-12-31T23:59:59.999999Z","args":[],"kwargs":{}}',
  '{"id":"evt_old","name":"plugins_loaded","time":"0001-01-01T00:00:00Z","args":[9007199254740992,-9007199254740992,5e-324,1.7976931348623157e308,0.1,0],"kwargs":{}}',
  '{"id":"evt_1969","kind":"inventory.destroyed","time":"1969-12-31T23:59:59.999999Z","transactionId":"","flowId":"\\u0000","entityId":"ent_456"}',
  '{"id":"evt_bare","kind":"inventory.wasted","time":"2024-01-15T10:30:00Z","transactionId":"t","flowId":"f","entityId":"ent_456"}',
  '{"id":"evt_full","kind":"inventory.received","time":"2262-04-11T23:47:16.854775Z","transactionId":"t","flowId":"f","entity":{"id":"e","name":"n","productId":"p","quantity":0.1,"attributes":{"null":null,"deep":[{"a":[{"b":[[],{}]}]}],"flag":false,"text":"\\"\\\\\\n"}},"node":{"id":"n","name":"","type":"container"}}',
  '{"id":"evt_order","kind":"order.status.changed","time":"2024-01-15T10:30:00Z","orderId":"ord_1","previousOrderStatus":"pending","lines":[{"sku":"ä","n":null}]}',
]
