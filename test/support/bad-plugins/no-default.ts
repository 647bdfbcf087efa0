export const plugin = { slug: 'no-default', processEvent() {} }
