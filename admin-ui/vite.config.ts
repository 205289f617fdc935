import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const server = 'http://127.0.0.1:8090'

export default defineConfig({
  base: '/_/',
  plugins: [svelte()],
  build: { target: 'es2022', emptyOutDir: true },
  // `npm run dev` and `npm run preview` speak to a running `tuckbox serve`.
  server: { proxy: { '/api': server } },
  preview: { proxy: { '/api': server } },
  test: { include: ['src/**/*.test.ts'] },
})
