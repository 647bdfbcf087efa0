export default {
  slug: 'Wrong Options',
  title: '',
  procesEvent() {},
  processEvent() {},
  wantsProcessEvent: async () => true,
  timeoutMs: '5s',
  concurrency: 0,
  onExhausted: 'drop',
  startFrom: 'yesterday',
  retry: { maxAttempts: 1.5, initialDelay: 10 },
}
