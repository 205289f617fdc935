import { svelte } from '@sveltejs/vite-plugin-svelte'
import { loadEnv } from 'vite'
import { defineConfig } from 'vitest/config'
import { compress } from './compress.js'

// The server that `npm run dev` and `npm run preview` speak to.
const { TUCKBOX_URL: server = 'http://127.0.0.1:8090' } = loadEnv('', '.', 'TUCKBOX_')

export default defineConfig({
  base: '/_/',
  plugins: [svelte(), compress()],
  // Nothing is put into the CSS as `data:`: the policy of the pages lets no font come so.
  build: { target: 'es2022', emptyOutDir: true, assetsInlineLimit: 0 },
  server: { proxy: { '/api': server } },
  preview: { proxy: { '/api': server } },
  test: { include: ['src/**/*.test.ts'] },
})
