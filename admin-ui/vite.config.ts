import { readFileSync } from 'node:fs'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { loadEnv } from 'vite'
import { defineConfig } from 'vitest/config'
import { compress } from './compress.js'

// The server that `npm run dev` and `npm run preview` speak to.
const { TUCKBOX_URL: server = 'http://127.0.0.1:8090' } = loadEnv('', '.', 'TUCKBOX_')

// What is there before anybody has signed in, with all that it is made of. Each further file is a further wait.
const BASE = /src[\\/]App\.svelte|src[\\/]main\.ts|rolldown[\\/]runtime/
// What is there on every page of the dashboard, with all that it is made of; the pages that come later find their parts in it.
const SHELL = /src[\\/]shell[\\/]Shell\.svelte/

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
    // No browser that can read the rest needs it.
    modulePreload: { polyfill: false },
    // A file for each of both: every further one is a further wait for who comes the first time.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'index', test: BASE, priority: 1 }, { name: 'shell', test: SHELL }] } } },
  },
  server: { proxy: { '/api': server } },
  preview: { proxy: { '/api': server } },
  test: { include: ['src/**/*.test.ts'] },
})
