/** The part of ERPNext's doctypes that the fake has: fields, tables in them, links that are checked, and how names are made. */
export type Doctype = {
  fields: readonly string[]
  tables?: Readonly<Record<string, string>>
  links?: Readonly<Record<string, string>>
  /** Of a child: the doctype above it. */
  of?: string
  /** A field that is the name, or a series. */
  naming?: string
  mandatory?: readonly string[]
}

const KEY = 'custom_stockhand_key'
const posted = [
  'company',
  'posting_date',
  'posting_time',
  'set_posting_time',
  'remarks',
  'is_return',
  'return_against',
  KEY,
]
const goods = ['item_code', 'item_name', 'qty', 'uom', 'stock_uom', 'conversion_factor', 'rate']
const tracked = ['batch_no', 'serial_no', 'serial_and_batch_bundle', 'use_serial_batch_fields']
const item = { item_code: 'Item', batch_no: 'Batch', warehouse: 'Warehouse' }
const order = ['company', 'status', 'currency', 'transaction_date']
const orderLine = [...goods, 'warehouse', 'delivered_by_supplier']

export const META: Readonly<Record<string, Doctype>> = {
  Company: { fields: ['default_currency'], naming: 'field:company_name' },
  Country: { fields: ['code'], naming: 'field:country_name' },
  UOM: { fields: ['must_be_whole_number'], naming: 'field:uom_name' },
  Account: { fields: ['company'], naming: 'field:account_name' },
  Warehouse: {
    fields: ['warehouse_name', 'company', 'parent_warehouse', 'warehouse_type', 'is_group', 'disabled', 'lft', 'rgt'],
    naming: 'field:title',
  },
  Item: {
    fields: [
      'item_code',
      'item_name',
      'stock_uom',
      'item_group',
      'disabled',
      'is_stock_item',
      'has_variants',
      'has_batch_no',
      'has_serial_no',
      'has_expiry_date',
      'shelf_life_in_days',
      'valuation_rate',
      'weight_per_unit',
      'weight_uom',
    ],
    tables: { barcodes: 'Item Barcode', uoms: 'UOM Conversion Detail' },
    naming: 'field:item_code',
  },
  'Item Barcode': { fields: ['barcode', 'uom'], of: 'Item' },
  'UOM Conversion Detail': { fields: ['uom', 'conversion_factor'], of: 'Item' },
  Supplier: { fields: ['supplier_name', 'supplier_primary_address', 'disabled'], naming: 'field:supplier_name' },
  Customer: { fields: ['customer_name', 'customer_primary_address', 'disabled'], naming: 'field:customer_name' },
  Address: {
    fields: [
      'address_title',
      'address_line1',
      'address_line2',
      'city',
      'state',
      'pincode',
      'country',
      'phone',
      'email_id',
    ],
    naming: 'field:address_title',
  },
  Batch: {
    fields: ['batch_id', 'item', 'expiry_date', 'disabled'],
    links: { item: 'Item' },
    naming: 'field:batch_id',
    mandatory: ['item'],
  },
  'Serial No': {
    fields: ['serial_no', 'item_code', 'warehouse', 'status'],
    links: { item_code: 'Item' },
    naming: 'field:serial_no',
    mandatory: ['item_code'],
  },
  'Purchase Order': {
    fields: [...order, 'supplier', 'supplier_name', 'schedule_date', 'per_received'],
    tables: { items: 'Purchase Order Item' },
    links: { supplier: 'Supplier' },
    naming: 'PUR-ORD-2026-',
  },
  'Purchase Order Item': { fields: [...orderLine, 'received_qty'], of: 'Purchase Order', links: item },
  'Sales Order': {
    fields: [...order, 'customer', 'customer_name', 'delivery_date', 'per_delivered', 'shipping_address_name', 'po_no'],
    tables: { items: 'Sales Order Item' },
    links: { customer: 'Customer' },
    naming: 'SAL-ORD-2026-',
  },
  'Sales Order Item': { fields: [...orderLine, 'delivered_qty'], of: 'Sales Order', links: item },
  'Purchase Receipt': {
    fields: [...posted, 'supplier', 'currency'],
    tables: { items: 'Purchase Receipt Item' },
    links: { supplier: 'Supplier' },
    naming: 'MAT-PRE-2026-',
    mandatory: ['supplier', 'company'],
  },
  'Purchase Receipt Item': {
    fields: [
      ...goods,
      ...tracked,
      'stock_qty',
      'received_qty',
      'rejected_qty',
      'warehouse',
      'purchase_order',
      'purchase_order_item',
    ],
    of: 'Purchase Receipt',
    links: { ...item, purchase_order: 'Purchase Order' },
    mandatory: ['item_code', 'uom', 'warehouse'],
  },
  'Delivery Note': {
    fields: [...posted, 'customer', 'currency', 'lr_no'],
    tables: { items: 'Delivery Note Item' },
    links: { customer: 'Customer' },
    naming: 'MAT-DN-2026-',
    mandatory: ['customer', 'company'],
  },
  'Delivery Note Item': {
    fields: [...goods, ...tracked, 'stock_qty', 'warehouse', 'against_sales_order', 'so_detail', 'dn_detail'],
    of: 'Delivery Note',
    links: { ...item, against_sales_order: 'Sales Order' },
    mandatory: ['item_code', 'uom', 'warehouse'],
  },
  'Stock Entry': {
    fields: [...posted, 'stock_entry_type', 'purpose'],
    tables: { items: 'Stock Entry Detail' },
    naming: 'MAT-STE-2026-',
    mandatory: ['stock_entry_type', 'company'],
  },
  'Stock Entry Detail': {
    fields: [...goods, ...tracked, 'transfer_qty', 's_warehouse', 't_warehouse', 'expense_account'],
    of: 'Stock Entry',
    links: {
      item_code: 'Item',
      batch_no: 'Batch',
      s_warehouse: 'Warehouse',
      t_warehouse: 'Warehouse',
      expense_account: 'Account',
    },
    mandatory: ['item_code', 'uom'],
  },
  'Stock Reconciliation': {
    fields: ['company', 'posting_date', 'posting_time'],
    tables: { items: 'Stock Reconciliation Item' },
    naming: 'MAT-RECO-2026-',
  },
  'Stock Reconciliation Item': {
    fields: ['item_code', 'warehouse', 'qty', 'current_qty', 'batch_no'],
    of: 'Stock Reconciliation',
    links: item,
  },
  'Serial and Batch Bundle': {
    fields: ['item_code', 'warehouse', 'voucher_no'],
    tables: { entries: 'Serial and Batch Entry' },
    naming: 'SABB-',
  },
  'Serial and Batch Entry': { fields: ['serial_no', 'batch_no', 'qty', 'warehouse'], of: 'Serial and Batch Bundle' },
  Bin: { fields: ['item_code', 'warehouse', 'actual_qty', 'stock_uom'], naming: 'bin-' },
  'Stock Ledger Entry': {
    fields: [
      'item_code',
      'warehouse',
      'actual_qty',
      'qty_after_transaction',
      'company',
      'posting_date',
      'posting_time',
      'voucher_type',
      'voucher_no',
      'voucher_detail_no',
      'batch_no',
      'serial_no',
      'serial_and_batch_bundle',
      'is_cancelled',
    ],
    naming: 'hash',
  },
}

/** Before version 15 there are no bundles, and no word that a row means its own fields. */
const FROM_15 = new Set(['serial_and_batch_bundle', 'use_serial_batch_fields'])
export const fieldsOf = (doctype: string, version: number): string[] =>
  (META[doctype]?.fields ?? []).filter(field => version >= 15 || !FROM_15.has(field))
