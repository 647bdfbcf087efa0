export { ManualClock, settled } from '../../src/testing/time/manual-clock.ts'
