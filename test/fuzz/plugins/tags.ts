/** Ends of ids, by which the plugin `flaky` decides what to do with an event. */
export const TAGS = ['~fail', '~once', '~reject', '~skip'] as const
