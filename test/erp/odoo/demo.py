"""The demo company of the Odoo that the connector is tested against, run inside `odoo shell` (which supplies `env`).

One company in TRY; a warehouse with four bins, a place for damaged goods and one for returns; 25 items with EAN-13 codes,
among them some with a case of 12 and its own code, some with lots, some with lots and a date, one with serials and one
sold by the kilogram; opening stock; three suppliers, three customers with address, phone and e-mail; a carrier; confirmed
purchase and sales orders; and the users `stockhand` and `second` in the groups that a connector needs and no others. Their
keys, one of them ended, and the administrator's (for what a person does in the ERP) are written to KEYS_FILE as JSON.
"""
import json
import os
import secrets
from datetime import datetime, timedelta

company = env.company
company.name = 'Demo Lojistik A.Ş.'
lira = env.ref('base.TRY')
lira.active = True
company.currency_id = lira
turkey = env.ref('base.tr')


def ean13(number):
    """A valid EAN-13 under 869, the GS1 prefix of Türkiye."""
    digits = '869%09d' % number
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)


def make_places():
    warehouse = env['stock.warehouse'].search([('company_id', '=', company.id)], limit=1)
    bins = env['stock.location'].create([
        {'name': name, 'barcode': 'LOC-' + name, 'usage': 'internal', 'location_id': warehouse.lot_stock_id.id}
        for name in ('A-01', 'A-02', 'B-01', 'B-02', 'DAMAGED', 'RETURNS')])
    return warehouse, bins


def make_items():
    unit, kilogram = env.ref('uom.product_uom_unit'), env.ref('uom.product_uom_kgm')
    case = env['uom.uom'].create({'name': 'Case of 12', 'relative_factor': 12, 'relative_uom_id': unit.id})
    categories = env['product.category'].create([{'name': name} for name in ('Beverages', 'Snacks', 'Household')])
    items = env['product.product'].create([{
        'name': 'Ürün %03d' % number, 'default_code': 'SKU%03d' % number, 'barcode': ean13(number),
        'type': 'consu', 'is_storable': True, 'categ_id': categories[number % 3].id,
        'tracking': 'serial' if number == 24 else 'lot' if 18 <= number <= 23 else 'none',
        'use_expiration_date': 21 <= number <= 23,
        'uom_id': kilogram.id if number == 25 else unit.id,
        'list_price': 10 + number, 'standard_price': 5 + number} for number in range(1, 26)])
    for number, item in enumerate(items[:4], 1):
        item.uom_ids = case
        env['product.uom'].create({'product_id': item.id, 'uom_id': case.id, 'barcode': ean13(900 + number)})
    return case, items


def make_opening_stock(bins, items):
    rows = []
    for place, item in enumerate(items[:23]):
        row = {'product_id': item.id, 'location_id': bins[place // 6].id, 'inventory_quantity': 100}
        if item.tracking == 'lot':
            lot = {'name': 'L%03d-1' % (place + 1), 'product_id': item.id}
            if item.use_expiration_date:
                lot['expiration_date'] = datetime.now().replace(microsecond=0) + timedelta(days=200 + place)
            row['lot_id'] = env['stock.lot'].create(lot).id
        rows.append(row)
    env['stock.quant'].with_context(inventory_mode=True).create(rows).action_apply_inventory()


def make_partners():
    def partner(name, code, street, city, postal_code):
        return {'name': name, 'ref': code, 'street': street, 'city': city, 'zip': postal_code, 'country_id': turkey.id,
                'phone': '+90 212 555 00 %s' % code[-2:], 'email': '%s@example.com' % code.lower()}

    suppliers = env['res.partner'].create(
        [partner('Tedarikçi %d' % n, 'SUP0%d' % n, 'Sanayi Cad. %d' % n, 'Kocaeli', '4100%d' % n) for n in (1, 2, 3)])
    customers = env['res.partner'].create(
        [partner('Müşteri %d' % n, 'CUS0%d' % n, 'İstiklal Cad. %d' % n, 'İstanbul', '3443%d' % n) for n in (1, 2, 3)])
    return suppliers, customers


def make_carrier():
    product = env['product.product'].create({'name': 'Kargo', 'type': 'service', 'default_code': 'KARGO', 'list_price': 50})
    return env['delivery.carrier'].create({'name': 'Hızlı Kargo', 'product_id': product.id, 'fixed_price': 50})


def make_orders(case, items, suppliers, customers, carrier):
    for number in range(4):
        env['purchase.order'].create({
            'partner_id': suppliers[number % 3].id, 'partner_ref': 'DEMO-PO-%02d' % (number + 1),
            'order_line': [(0, 0, {
                'product_id': item.id, 'product_qty': 3 + number + place, 'price_unit': 7.5,
                'product_uom_id': case.id if case in item.uom_ids else item.uom_id.id})
                for place, item in enumerate(items[(number * 5 + n) % 23] for n in range(3))],
        }).button_confirm()
    for number in range(8):
        order = env['sale.order'].create({
            'partner_id': customers[number % 3].id, 'client_order_ref': 'DEMO-SO-%02d' % (number + 1),
            'carrier_id': carrier.id if number % 2 else False,
            'order_line': [(0, 0, {
                'product_id': items[(number * 3 + place) % 23].id, 'product_uom_qty': 1 + (number + place) % 5})
                for place in range(3)],
        })
        order.action_confirm()


def make_bridge_user(name, login):
    groups = (
        'base.group_user', 'stock.group_stock_user', 'stock.group_stock_multi_locations', 'stock.group_production_lot',
        'stock.group_tracking_lot', 'uom.group_uom', 'purchase.group_purchase_user',
        'sales_team.group_sale_salesman_all_leads')
    return env['res.users'].create({
        'name': name, 'login': login, 'password': secrets.token_urlsafe(16),
        'group_ids': [(4, env.ref(group).id) for group in groups]})


def make_key(user, end=None):
    # Only the superuser may make a key that never ends; a user's own key ends after 90 days at most.
    return env['res.users.apikeys'].with_user(user).sudo()._generate('rpc', 'connector', end)


env['res.config.settings'].create({
    'group_stock_multi_locations': True, 'group_stock_production_lot': True, 'group_stock_tracking_lot': True,
    'group_uom': True}).execute()
warehouse, bins = make_places()
case, items = make_items()
make_opening_stock(bins, items)
suppliers, customers = make_partners()
make_orders(case, items, suppliers, customers, make_carrier())
admin = env.ref('base.user_admin')
admin.password = secrets.token_urlsafe(16)
bridge, second = make_bridge_user('Stockhand', 'stockhand'), make_bridge_user('Stockhand 2', 'second')
today = datetime.now().replace(microsecond=0)
keys = {
    'key': make_key(bridge), 'adminKey': make_key(admin),
    'endingKey': make_key(second, today + timedelta(days=10)), 'endedKey': make_key(second, today - timedelta(days=1))}
env.cr.commit()
with open(os.open(os.environ['KEYS_FILE'], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w') as file:
    json.dump(keys, file)
