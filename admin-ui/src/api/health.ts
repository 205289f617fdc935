import { request } from './client'

/** @throws {ApiError} when the server does not answer, or not with a success. */
export async function checkHealth(): Promise<void> {
  await request('/api/health', { timeout: 5_000 })
}
