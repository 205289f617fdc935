import type { Plugin } from 'vite'

/** Writes each text of the build in small beside it. */
export function compress(): Plugin
