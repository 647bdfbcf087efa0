import { defineConfig } from 'vite'

// Everything is a file of its own: the policy of the page allows neither inline code nor data URLs of it.
export default defineConfig({
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2022' },
})
