import type { Worker } from '../../shared/catalogue.ts'
import { mayDo } from '../../shared/roles.ts'
import type { Role } from '../../shared/roles.ts'
import type { Device } from '../ports.ts'
import type { AppDeps } from './deps.ts'
import { refused } from './refused.ts'
import { workerOf } from './scope.ts'

/** The person who acts, as the present roster has them; whoever lacks the role is refused before anything is read. */
export const personWith = async (
  deps: AppDeps,
  device: Device,
  id: string,
  roles: readonly Role[],
): Promise<Worker> => {
  const worker = await workerOf(deps.stores.site, device, id)
  if (worker === null || !mayDo(worker.roles, roles)) throw refused('role')
  return worker
}
