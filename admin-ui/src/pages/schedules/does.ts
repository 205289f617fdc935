/** What the server's own schedules do. */

const DOES: Readonly<Record<string, { name: string; does: string }>> = {
  __pbDBOptimize__: { name: 'Tidy the database', does: 'Looks after the planner’s statistics and empties the write-ahead log.' },
  __pbMFACleanup__: { name: 'Old second factors', does: 'Removes second factors that were not given in time. Also at every start.' },
  __pbOTPCleanup__: { name: 'Old one-time passwords', does: 'Removes those that expired. Also at every start.' },
  __pbLogsCleanup__: { name: 'Old log entries', does: 'Removes what is older than the settings of the log keep.' },
  __pbAutoBackup__: { name: 'Backup', does: 'Makes a backup, reads it back, and removes the oldest of its own.' },
  __pbRateLimitersCleanup__: { name: 'Old rate limits', does: 'Forgets what rate limits counted.' },
  __tbFeedTrim__: { name: 'Old changes', does: 'Removes changes that the feed need not keep any more. Also at every start.' },
  __tbUploadsSweep__: { name: 'Left files', does: 'Removes files whose upload came to nothing. Also at every start.' },
}

/** Its name and what it does; one that is not known is called by its id. */
export function aboutSchedule(id: string): { name: string; does: string } {
  return DOES[id] ?? { name: id, does: '' }
}
