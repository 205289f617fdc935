/** Where numbers of Home lead. What `pages.ts` knows no page for is shown without a link. */
import { route } from '../../pages'

const known = (address: string): string | undefined => (route(address).page === 'unknown' ? undefined : address)

export const LINKS = {
  logs: known('#/logs'),
  backups: known('#/settings/backups'),
  mail: known('#/settings/mail'),
}
