import type { Task } from '../../shared/catalogue.ts'
import type { BalanceBody, HiddenBody } from '../../shared/sync/rows.ts'
import type { Row } from '../../shared/sync/wire.ts'
import type { Device } from './device.ts'
import { isCountedBlind } from '../../shared/process/count-blind.ts'
import { endedAt, isOver } from './feed-history.ts'

import { rowKey } from './memory-state.ts'
import type { ServerState } from './memory-state.ts'
import type { Stage } from './stage.ts'

/** Whose a row is, read from the row itself and not from what the server says of it; null = everybody's. */
const clientIn = ({ k, id, b }: Row): string | null => {
  if (k === 'client') return id
  if (b === null || typeof b !== 'object') return null
  const of = k === 'balance' ? 'c' : 'client'
  const client: unknown = Object.entries(b).find(([name]) => name === of)?.[1]
  return typeof client === 'string' ? client : null
}

export const sees = ({ clients }: Pick<Device, 'clients'>, client: string | null): boolean =>
  client === null || clients === null || clients.some(one => one === client)

/** No row of another client reaches a handheld. */
export const checkClients = (stage: Stage, device: Device, rows: readonly Row[]): void => {
  for (const row of rows)
    if (!sees(device, clientIn(row)))
      return stage.fail('I20', `${device.name} was sent ${row.k} ${row.id.slice(0, 8)} of another client`)
}

/** No part of the catalogue of another client either. */
export const checkBlocks = (stage: Stage, device: Device, shas: readonly string[]): void => {
  const { families } = stage.catalogue.manifest
  for (const [family, { blocks }] of Object.entries(families))
    if (!sees(device, family.slice(family.indexOf('/') + 1)) && shas.some(sha => blocks.includes(sha)))
      return stage.fail('I20', `${device.name} was sent ${family.split('/')[0]} blocks of another client`)
}

/** What has ended by the commit that the handheld stands at is not there any more: no late page, no old snapshot brings it back. */
export const checkEnded = (
  stage: Stage,
  device: Device,
  at: { state: ServerState; commit: number },
  base: ReadonlyMap<string, Row>,
): void => {
  for (const key of endedAt(at.state, at.commit)) {
    const row = base.get(key)
    if (row !== undefined && !isOver(row))
      return stage.fail('I18', `${device.name} has ${row.k} ${row.id.slice(0, 8)} again, which has ended`)
  }
}

/** Whoever counts blind has no figure of what they count. One that the server has as counted is nobody's secret any more. */
export const checkBlind = (stage: Stage, device: Device, base: ReadonlyMap<string, Row>): void => {
  const rows = [...base.values()]
  for (const row of rows) {
    const task = row.k === 'task' ? (row.b as Task | null) : null
    const now = stage.memory.state().rows.get(rowKey(row.k, row.id))?.b as Task | null | undefined
    if (!task?.count || !isBlindHere(task, device) || !now || !isBlindHere(now, device)) continue
    const { location, item } = task.count
    for (const { k, b } of rows) {
      const stock = k === 'balance' ? (b as BalanceBody | HiddenBody | null) : null
      if (stock === null || stock.l !== location || (item !== null && stock.i !== item) || 'hidden' in stock) continue
      return stage.fail('I24', `${device.name} counts ${location.slice(0, 8)} blind and has a figure of it`)
    }
  }
}

const isBlindHere = (task: Task, { id }: Device): boolean => task.lease?.device === id && isCountedBlind(task)
