import type { Endpoint } from '../endpoint.ts'
import { deskEventsEndpoint } from '../events.ts'
import { deviceActEndpoint, devicesEndpoint, enrolCodeEndpoint } from './devices.ts'
import { identityEndpoints } from './identity.ts'
import { INTAKE_ENDPOINTS } from './intake.ts'
import { accountEndpoint, changePersonEndpoint, peopleEndpoint, personPinEndpoint } from './people.ts'
import { chainEndpoint, eraseEndpoint } from './chain.ts'
import { callEndpoint, deviceLogEndpoint } from './call.ts'
import { exportEndpoint } from './export.ts'
import { GOODS_ENDPOINTS } from './goods.ts'
import { LATE_ENDPOINTS } from './late.ts'
import { rescuesEndpoint } from './rescue.ts'
import { LOSS_ENDPOINTS } from './loss.ts'
import { RECALL_ENDPOINTS } from './recall.ts'
import { SCHEDULE_ENDPOINTS } from './schedules.ts'
import { STOCKTAKE_ENDPOINTS } from './stocktake.ts'
import { STRANGER_ENDPOINTS } from './strangers.ts'
import { endSessionsEndpoint, mineEndpoint, ownPinEndpoint } from './mine.ts'
import { passkeyEndpoints } from './passkeys.ts'
import { ownEndpoint } from './owner.ts'
import { WORK_ENDPOINTS } from './work.ts'
import { saveViewEndpoint, viewsEndpoint } from './views.ts'
import { namesEndpoint, VIEW_ENDPOINTS } from './view.ts'
import {
  firstEndpoint,
  logInEndpoint,
  logOutEndpoint,
  meEndpoint,
  passwordEndpoint,
  startEndpoint,
  warehouseEndpoint,
} from './session.ts'

/** What the desk has of its own: who is logged in, and who may. */
export const deskEndpoints = (): readonly Endpoint[] => [
  startEndpoint,
  logInEndpoint(),
  meEndpoint,
  logOutEndpoint,
  passwordEndpoint,
  warehouseEndpoint,
  firstEndpoint(),
  mineEndpoint,
  endSessionsEndpoint,
  ownPinEndpoint,
  viewsEndpoint,
  saveViewEndpoint,
  ...passkeyEndpoints(),
  ...identityEndpoints(),
  peopleEndpoint,
  changePersonEndpoint,
  accountEndpoint,
  personPinEndpoint,
  ...VIEW_ENDPOINTS,
  namesEndpoint,
  deskEventsEndpoint,
  devicesEndpoint,
  deviceActEndpoint,
  callEndpoint,
  deviceLogEndpoint,
  ...LOSS_ENDPOINTS,
  ...LATE_ENDPOINTS,
  rescuesEndpoint,
  ...STRANGER_ENDPOINTS,
  enrolCodeEndpoint,
  ...INTAKE_ENDPOINTS,
  ...RECALL_ENDPOINTS,
  ...GOODS_ENDPOINTS,
  ...STOCKTAKE_ENDPOINTS,
  ...WORK_ENDPOINTS,
  ownEndpoint,
  exportEndpoint,
  ...SCHEDULE_ENDPOINTS,
  chainEndpoint,
  eraseEndpoint,
]
