import { makeApi } from './api.ts'
import type { Api, ApiDeps, ApiDevice } from './api.ts'
import { makeDoorbell } from './doorbell.ts'
import type { LeaseAnswer, LeaseRequest } from './lease.ts'
import type { PastAnswer, PastRequest } from '../../shared/sync/past.ts'
import type { Net, Reply } from './ports.ts'
import { makeNet } from './transport.ts'

/** All that goes between this device and the server. No badge waits for it: it is loaded behind the first screen. */
export type Line = { api: Api; net: LineNet; makeDoorbell: typeof makeDoorbell }
export type LineNet = Net & {
  lease(request: LeaseRequest): Promise<Reply<LeaseAnswer>>
  past(request: PastRequest): Promise<Reply<PastAnswer>>
}

export const makeLine = (deps: ApiDeps, device: ApiDevice): Line => {
  const api = makeApi(deps, device, null)
  return { api, net: makeNet(api, deps.now), makeDoorbell }
}
