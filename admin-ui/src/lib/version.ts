// The build puts it in.
declare const __VERSION__: string

/** The version of the executable that the dashboard is a part of. */
export const VERSION = __VERSION__
