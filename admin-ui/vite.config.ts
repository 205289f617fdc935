import { readFileSync } from 'node:fs'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { loadEnv } from 'vite'
import { defineConfig } from 'vitest/config'
import { compress } from './compress.js'

// The server that `npm run dev` and `npm run preview` speak to.
const { TUCKBOX_URL: server = 'http://127.0.0.1:8090' } = loadEnv('', '.', 'TUCKBOX_')

// What every page needs.
const BASE = /node_modules[\\/](svelte|esm-env|clsx|pocketbase)[\\/]|src[\\/](api[\\/](backend|client)|lib[\\/]envelope)/
// What the pages of the dashboard share.
const COMMON =
  /node_modules[\\/]@lucide[\\/]|src[\\/](api[\\/](records|fields|collections|many)|parts[\\/]IconButton|state[\\/](schema|toasts)|lib[\\/](words|lists)|fields[\\/](presentable|types|number[\\/]number|date[\\/]time))/

// The dashboard is a part of the executable, whose version is its own.
const [, version = ''] = /^version = "(.*)"$/m.exec(readFileSync(new URL('../Cargo.toml', import.meta.url), 'utf8')) ?? []

export default defineConfig({
  base: '/_/',
  define: { __VERSION__: JSON.stringify(version) },
  plugins: [svelte(), compress()],
  build: {
    target: 'es2022',
    emptyOutDir: true,
    // Nothing is put into the CSS as `data:`: the policy of the pages lets no font come so.
    assetsInlineLimit: 0,
    // A file for each of both: every further one is a further wait for who comes the first time.
    rolldownOptions: { output: { advancedChunks: { groups: [{ name: 'base', test: BASE }, { name: 'common', test: COMMON }] } } },
  },
  server: { proxy: { '/api': server } },
  preview: { proxy: { '/api': server } },
  test: { include: ['src/**/*.test.ts'] },
})
