/** Where Tuckbox listens, as a browser reaches it. */
export const TUCKBOX = 'http://127.0.0.1:8090'
