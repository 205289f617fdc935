/** What the server's own schedules do. */

const DOES: Readonly<Record<string, { name: string; does: string }>> = {
  __pbDBOptimize__: { name: 'Tidy the database', does: 'Updates the query planner’s statistics and truncates the write-ahead log.' },
  __pbMFACleanup__: { name: 'Old second factors', does: 'Removes sign-ins whose second factor never came. Also runs at every start.' },
  __pbOTPCleanup__: { name: 'Old one-time passwords', does: 'Removes codes that have expired. Also runs at every start.' },
  __pbLogsCleanup__: { name: 'Old log entries', does: 'Removes entries older than the log settings allow.' },
  __pbAutoBackup__: { name: 'Backup', does: 'Makes a backup, verifies it, and removes the oldest scheduled ones.' },
  __pbRateLimitersCleanup__: { name: 'Old rate limits', does: 'Forgets what rate limits counted.' },
  __tbFeedTrim__: { name: 'Old changes', does: 'Removes changes that the change feed no longer needs. Also runs at every start.' },
  __tbUploadsSweep__: { name: 'Left files', does: 'Removes files of uploads that were never finished. Also runs at every start.' },
}

/** Its name and what it does; one that is not known is called by its id. */
export function aboutSchedule(id: string): { name: string; does: string } {
  return DOES[id] ?? { name: id, does: '' }
}
