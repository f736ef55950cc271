"""The demo company of the Tryton that the connector is tested against, written through proteus (no server needed).

    demo.py CONFIG DATABASE FILE-WITH-THE-PASSWORD-OF-USER-stockhand

One company in TRY; a warehouse with four bins, a place for damaged goods and one for returns; 24 items with EAN-13 codes,
among them some bought by the case of 12, some with lots, some with lots and a date, one by weight; opening stock; three
suppliers, three customers with address, phone and e-mail; a carrier; confirmed purchase and sales orders; and the user
`stockhand` in the groups that a connector needs and no others.
"""
import datetime
import sys
from decimal import Decimal

from proteus import Model, Wizard
from proteus import config as proteus_config
from trytond.config import config as server_config

CONFIG, DATABASE, PASSWORD_FILE = sys.argv[1:4]
BRIDGE_GROUPS = ['Stock', 'Stock Administration', 'Stock Force Assignment', 'Sales', 'Purchase', 'Product Administration']

server_config.update_etc(CONFIG)
connection = proteus_config.set_trytond(database='postgresql:///' + DATABASE, user='admin', config_file=CONFIG)
today = datetime.date.today()


def get(model):
    return Model.get(model)


def one(model, *domain):
    return get(model).find(list(domain), limit=1)[0]


def saved(model, **values):
    record = get(model)(**values)
    record.save()
    return record


def ean13(number):
    """A valid EAN-13 under 869, the GS1 prefix of Türkiye."""
    digits = '869%09d' % number
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)


def make_company():
    currency = get('currency.currency')(
        name='Turkish Lira', symbol='₺', code='TRY', numeric_code='949', rounding=Decimal('0.01'), digits=2)
    currency.rates.new(date=today.replace(month=1, day=1), rate=Decimal(1))
    currency.save()
    wizard = Wizard('company.company.config')
    wizard.execute('company')
    wizard.form.party = saved('party.party', name='Demo Lojistik A.Ş.')
    wizard.form.currency = currency
    wizard.execute('add')
    connection._context = get('res.user').get_preferences(True, {})
    return get('company.company').find()[0]


def make_fiscal_years(company):
    """Last year, this one and the next: a database that is kept over New Year goes on working."""
    def sequence(model, kind, year):
        return saved(model, name='%s %s' % (kind, year), company=company,
                     sequence_type=one('ir.sequence.type', ('name', '=', kind)))

    for number in (today.year - 1, today.year, today.year + 1):
        year = get('account.fiscalyear')(name=str(number), company=company)
        year.start_date = datetime.date(number, 1, 1)
        year.end_date = datetime.date(number, 12, 31)
        year.post_move_sequence = sequence('ir.sequence', 'Account Move', number)
        numbers = year.invoice_sequences[0] if year.invoice_sequences else year.invoice_sequences.new()
        invoice = sequence('ir.sequence.strict', 'Invoice', number)
        for field in ('in_invoice', 'out_invoice', 'in_credit_note', 'out_credit_note'):
            setattr(numbers, field + '_sequence', invoice)
        year.save()
        year.click('create_period')


def make_chart(company):
    template = one('ir.model.data', ('module', '=', 'account'), ('fs_id', '=', 'account_template_root_en'))
    wizard = Wizard('account.create_chart')
    wizard.execute('account')
    wizard.form.account_template = get('account.account.template')(template.db_id)
    wizard.form.company = company
    wizard.execute('create_account')
    accounts = {kind: one('account.account', ('type.' + kind, '=', True), ('company', '=', company.id))
                for kind in ('receivable', 'payable', 'revenue', 'expense')}
    wizard.form.account_receivable = accounts['receivable']
    wizard.form.account_payable = accounts['payable']
    wizard.execute('create_properties')
    return accounts


def make_numbers():
    """People and papers tell kinds of documents apart by their numbers."""
    for model, field, prefix in (('purchase.configuration', 'purchase_sequence', 'PO-'),
                                 ('sale.configuration', 'sale_sequence', 'SO-'),
                                 ('stock.configuration', 'shipment_in_sequence', 'IN-'),
                                 ('stock.configuration', 'shipment_out_sequence', 'OUT-'),
                                 ('stock.configuration', 'shipment_internal_sequence', 'INT-'),
                                 ('stock.configuration', 'shipment_out_return_sequence', 'RET-')):
        sequence = getattr(get(model)(1), field)
        sequence.prefix = prefix
        sequence.save()


def make_parties(term):
    country = saved('country.country', name='Türkiye', code='TR')

    def party(name, code, street, city, postal_code):
        record = get('party.party')(name=name, code=code)
        record.customer_payment_term = record.supplier_payment_term = term
        address = record.addresses[0] if record.addresses else record.addresses.new()
        address.street, address.city, address.country, address.postal_code = street, city, country, postal_code
        record.contact_mechanisms.new(type='phone', value='+90 212 555 00 %s' % code[-2:])
        record.contact_mechanisms.new(type='email', value='%s@example.com' % code.lower())
        record.save()
        return record

    suppliers = [party('Tedarikçi %d' % n, 'SUP0%d' % n, 'Sanayi Cad. %d' % n, 'Kocaeli', '4100%d' % n) for n in (1, 2, 3)]
    customers = [party('Müşteri %d' % n, 'CUS0%d' % n, 'İstiklal Cad. %d' % n, 'İstanbul', '3443%d' % n) for n in (1, 2, 3)]
    return suppliers, customers


def make_items(accounts):
    accounting = saved('product.category', name='Account goods', accounting=True,
                       account_expense=accounts['expense'], account_revenue=accounts['revenue'])
    categories = [saved('product.category', name=name).id for name in ('Beverages', 'Snacks', 'Household')]
    unit = one('product.uom', ('name', '=', 'Unit'))
    kilogram = one('product.uom', ('name', '=', 'Kilogram'))
    case = saved('product.uom', name='Case of 12', symbol='case12', category=unit.category, factor=12.0,
                 rate=round(1 / 12, 12), rounding=1.0, digits=0)
    items = []
    for number in range(1, 25):
        template = get('product.template')(
            name='Ürün %03d' % number, type='goods', default_uom=kilogram if number == 24 else unit,
            list_price=Decimal(10 + number), purchasable=True, salable=True)
        template.code = 'SKU%03d' % number
        template.account_category = accounting
        template.categories.append(get('product.category')(categories[number % 3]))
        if number <= 4:
            template.purchase_uom = case
        item = template.products[0]
        item.cost_price = Decimal(5 + number)
        item.identifiers.new(type='ean', code=ean13(number))
        if number >= 18 and number <= 20:
            template.lot_required = ['storage', 'supplier', 'customer']
        if number >= 21 and number <= 23:
            template.lot_required = ['storage', 'supplier', 'customer']
            template.shelf_life_state = 'required'
        template.save()
        items.append(template.products[0])
    return items


def make_places():
    warehouse = one('stock.location', ('type', '=', 'warehouse'))
    storage = one('stock.location', ('code', '=', 'STO'))
    bins = [saved('stock.location', name='Bin ' + code, code=code, type='storage', parent=storage)
            for code in ('A-01', 'A-02', 'B-01', 'B-02')]
    saved('stock.location', name='Damaged', code='DMG', type='storage', parent=warehouse)
    saved('stock.location', name='Returns', code='RET', type='storage', parent=warehouse)
    return storage, bins


def make_opening_stock(bins, items):
    for place, location in enumerate(bins):
        count = get('stock.inventory')(location=location)
        for number, item in list(enumerate(items, 1))[place * 6:place * 6 + 6]:
            line = count.lines.new(product=item, quantity=100.0)
            if number >= 18 and number <= 23:
                lot = get('stock.lot')(number='L%03d-1' % number, product=item)
                if number >= 21:
                    lot.shelf_life_expiration_date = today + datetime.timedelta(days=200 + number)
                lot.save()
                line.lot = lot
        count.save()
        count.click('confirm')


def make_carrier(accounting, unit):
    template = get('product.template')(
        name='Kargo', type='service', default_uom=unit, list_price=Decimal(50), salable=True, code='KARGO')
    template.account_category = accounting
    template.products[0].cost_price = Decimal(30)
    template.save()
    return saved('carrier', party=saved('party.party', name='Hızlı Kargo'), carrier_product=template.products[0])


def make_orders(suppliers, customers, items, carrier):
    def confirm(order):
        order.save()
        for button in ('quote', 'confirm', 'process'):
            order.click(button)

    for number in range(4):
        order = get('purchase.purchase')(
            party=suppliers[number % 3], invoice_method='order', reference='DEMO-PO-%02d' % (number + 1))
        for place in range(3):
            line = order.lines.new()
            line.product = items[(number * 5 + place) % 23]
            line.quantity, line.unit_price = float(3 + number + place), Decimal('7.5')
        confirm(order)
    for number in range(8):
        order = get('sale.sale')(
            party=customers[number % 3], invoice_method='order', reference='DEMO-SO-%02d' % (number + 1))
        if number % 2:
            order.carrier = carrier
        for place in range(3):
            line = order.lines.new()
            line.product = items[(number * 3 + place) % 23]
            line.quantity = float(1 + (number + place) % 5)
        confirm(order)


def make_bridge_user(company):
    employee = saved('company.employee', party=saved('party.party', name='Stockhand'), company=company)
    user = get('res.user')(name='Stockhand', login='stockhand', language=one('ir.lang', ('code', '=', 'en')))
    with open(PASSWORD_FILE) as file:
        user.password = file.read().strip()
    for group in get('res.group').find([('name', 'in', BRIDGE_GROUPS)]):
        user.groups.append(group)
    user.companies.append(company)
    user.company = company
    user.employees.append(employee)
    user.employee = employee
    user.save()


company = make_company()
make_fiscal_years(company)
accounts = make_chart(company)
make_numbers()
term = get('account.invoice.payment_term')(name='Immediate')
term.lines.new(type='remainder')
term.save()
suppliers, customers = make_parties(term)
items = make_items(accounts)
storage, bins = make_places()
make_opening_stock(bins, items)
saved('stock.package.type', name='Carton')
carrier = make_carrier(one('product.category', ('accounting', '=', True)), one('product.uom', ('name', '=', 'Unit')))
make_orders(suppliers, customers, items, carrier)
make_bridge_user(company)
