/**
 * The state was changed by another delivery since the handler was given it. Nothing was stored: the handler is
 * called again, with the state as it is now.
 */
export class StateConflict extends Error {
  constructor() {
    super('the state of this entity was changed by another delivery, or reset, during the call')
  }
}
