import { INTAKE_COLUMNS, SEPARATORS } from '../../shared/desk/intake.ts'
import type { IntakeKind, Separator } from '../../shared/desk/intake.ts'
import { writeCsv } from './csv.ts'

type Cells = Readonly<Record<string, string>>

/** Rows that show what each column is for; together the three files make a small site that works. */
const EXAMPLES: Readonly<Record<IntakeKind, readonly Cells[]>> = {
  places: [
    { code: 'DOCK-1', kind: 'dock' },
    { code: 'A-01-1', kind: 'pickable', zone: 'A', sequence: '10', capacity_units: '200', mix: 'item' },
    { code: 'A-01-2', kind: 'pickable', zone: 'A', sequence: '20' },
    { code: 'R-01-1', kind: 'reserve', zone: 'R', sequence: '100', capacity_pallets: '2', pallet_required: 'yes' },
    { code: 'STAGE-1', kind: 'staging' },
    { code: 'PACK-1', kind: 'pack' },
    { code: 'ASIDE-1', kind: 'aside' },
    { code: 'RETURN-1', kind: 'returns' },
    { code: 'TOTE-1', kind: 'tote' },
  ],
  items: [
    {
      sku: 'MUG-BLUE',
      name: 'Blue mug',
      client: 'My company',
      unit: 'pcs',
      barcodes: '8690000000036',
      pack1_name: 'case',
      pack1_quantity: '12',
      pack1_barcodes: '18690000000033',
      weight_g: '350',
      unit_cost: '42.50',
      face: 'A-01-1',
      face_min: '12',
      face_max: '60',
    },
    {
      sku: 'YOG-500',
      name: 'Yoghurt 500 g',
      client: 'My company',
      unit: 'pcs',
      barcodes: '8690000000043',
      track_lot: 'yes',
      track_expiry: 'yes',
      life_days: '30',
      accept_days: '15',
    },
  ],
  stock: [
    { place: 'A-01-1', sku: 'MUG-BLUE', quantity: '48', client: 'My company' },
    { place: 'R-01-1', sku: 'MUG-BLUE', quantity: '240', client: 'My company', pallet: '386900000000000013' },
    { place: 'A-01-2', sku: 'YOG-500', quantity: '30', client: 'My company', lot: 'L2701', expiry: '2027-01-31' },
  ],
}

/** A file to begin from: the header and rows that can be taken over as they are. */
export const templateOf = (kind: IntakeKind, separator: Separator): string => {
  const columns = INTAKE_COLUMNS[kind].map(column => column.name)
  const rows = EXAMPLES[kind].map(cells => columns.map(column => cells[column] ?? ''))
  // The mark at the front tells Excel that it is UTF-8.
  return `\ufeff${writeCsv([columns, ...rows], SEPARATORS[separator])}`
}
