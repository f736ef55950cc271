import type { Endpoint } from '../endpoint.ts'
import { actOnErpDriftEndpoint, compareErpEndpoint, erpDriftsEndpoint, erpRunsEndpoint } from './compare.ts'
import {
  changeErpConnectionEndpoint,
  checkErpEndpoint,
  erpConnectionsEndpoint,
  erpKindsEndpoint,
} from './connections.ts'
import { letGoErpEndpoint } from './held.ts'
import { changeErpMappingsEndpoint, erpFlawsEndpoint, erpMappingsEndpoint, erpRehearsalEndpoint } from './mappings.ts'
import { erpFactsEndpoint, erpMessageEndpoint, erpMessagesEndpoint, settleErpMessagesEndpoint } from './messages.ts'

/** Connections to ERPs at the desk. */
export const ERP_ENDPOINTS: readonly Endpoint[] = [
  erpKindsEndpoint,
  erpConnectionsEndpoint,
  changeErpConnectionEndpoint,
  checkErpEndpoint,
  erpMessagesEndpoint,
  erpMessageEndpoint,
  settleErpMessagesEndpoint,
  letGoErpEndpoint,
  erpMappingsEndpoint,
  changeErpMappingsEndpoint,
  erpFlawsEndpoint,
  erpRunsEndpoint,
  compareErpEndpoint,
  erpDriftsEndpoint,
  actOnErpDriftEndpoint,
  erpRehearsalEndpoint,
  erpFactsEndpoint,
]
