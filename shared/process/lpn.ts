import { checkDigitHolds } from '../scan/check-digit.ts'
import type { Lpn } from '../catalogue.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import type { ClientId, LpnId, WarehouseId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { readLabel } from '../scan/own-label.ts'
import type { Resolved } from '../scan/scan.ts'

/** A pallet is named after its label, so that every device means the same one before anybody has told it. */
export const lpnId = (warehouse: WarehouseId, label: string): LpnId => derivedId<'lpn'>('lpn', warehouse, label)

/** What people read on it; a pallet that is not known here has no label to show. */
export const labelOf = (view: View, id: LpnId): string => (id === NO_LPN ? '' : (view.lpn(id)?.label ?? ''))

/**
 * The pallet label in a scan, known here or not: one of our own (`XP…`), or an SSCC (GS1 AI 00, or its 18 digits alone).
 * Null = the scan is no pallet label; it may still be a label of the site that is known as one.
 */
export const palletLabel = ({ scan, fields }: Resolved): string | null => {
  if (readLabel(scan.text)?.prefix === 'XP') return scan.text
  if (fields.sscc !== undefined) return fields.sscc
  return /^\d{18}$/.test(scan.text) && checkDigitHolds(scan.text) ? scan.text : null
}

/** A pallet that goods go onto for the first time: its label is kept, so that every screen can show it. */
export const newPallet = (view: View, client: ClientId, lpn: LpnId, label: string | undefined): readonly Lpn[] =>
  lpn !== NO_LPN && label !== undefined && view.lpn(lpn) === undefined && lpnId(view.warehouse, label) === lpn
    ? [{ id: lpn, client, label }]
    : []

/** The pallet that a scan names: one that is known by its reading, else the one that its label would make. */
export const palletIn = (
  view: View,
  resolved: Resolved,
): { lpn: LpnId; label: string; known: ClientId | null } | null => {
  for (const r of resolved.readings)
    if (r.kind === 'lpn') return { lpn: r.lpn, label: view.lpn(r.lpn)?.label ?? resolved.scan.text, known: r.client }
  const label = palletLabel(resolved)
  if (label === null) return null
  const lpn = lpnId(view.warehouse, label)
  return { lpn, label, known: view.lpn(lpn)?.client ?? null }
}

/** A pallet that was named otherwise than by its label, a row or its task. */
export const palletOf = (lpn: LpnId, view: View): { lpn: LpnId; label: string } => ({ lpn, label: labelOf(view, lpn) })
