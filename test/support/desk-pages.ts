/** Every page of the desk, and who of the demo opens it; a test holds it to the sections that the desk has. */
const WIDE = [
  'figures',
  'orders',
  'receipts',
  'stock',
  'lots',
  'stocktake',
  'past',
  'devices',
  'integrations',
  'exports',
  'print',
]
export const DESK_PAGES = {
  elif: ['approvals', 'exceptions', ...WIDE, 'account', 'find?q=a1'],
  can: ['people', 'audit', 'connections', 'policies', 'live', 'intake'],
} as const
