import type { Endpoint } from '../endpoint.ts'
import { deskEventsEndpoint } from '../events.ts'
import { deviceActEndpoint, devicesEndpoint, enrolCodeEndpoint } from './devices.ts'
import { accountEndpoint, changePersonEndpoint, peopleEndpoint } from './people.ts'
import { namesEndpoint, VIEW_ENDPOINTS } from './view.ts'
import { firstEndpoint, logInEndpoint, logOutEndpoint, meEndpoint, passwordEndpoint, startEndpoint } from './session.ts'

/** What the desk has of its own: who is logged in, and who may. */
export const deskEndpoints = (): readonly Endpoint[] => [
  startEndpoint,
  logInEndpoint(),
  meEndpoint,
  logOutEndpoint,
  passwordEndpoint,
  firstEndpoint(),
  peopleEndpoint,
  changePersonEndpoint,
  accountEndpoint,
  ...VIEW_ENDPOINTS,
  namesEndpoint,
  deskEventsEndpoint,
  devicesEndpoint,
  deviceActEndpoint,
  enrolCodeEndpoint,
]
