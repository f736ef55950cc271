import { useState } from 'react'
import { printerSchema } from '../../../shared/desk/print.ts'
import type { Printer } from '../../../shared/desk/print.ts'
import { derivedId } from '../../../shared/ids.ts'
import { DPIS, ROLL_SIZES } from '../../../shared/label/size.ts'
import { Refused } from './api.ts'
import { useDesk, whyNot } from './context.ts'
import { v7 } from './id.ts'
import { NumberField, usePrinters } from './print-out.tsx'
import { Listed, Table } from './table.tsx'

const newPrinter = (): Printer => ({
  id: derivedId('printer', v7()),
  name: '',
  host: '',
  port: 9100,
  kind: 'zpl',
  dpi: 203,
  size: '50x30',
  active: true,
  station: null,
  version: 0,
})

/** Label printers that the server reaches, and what each has loaded. */
export const Printers = () => {
  const desk = useDesk()
  const { speaker, api, me } = desk
  const loaded = usePrinters()
  const [open, setOpen] = useState<Printer | null>(null)
  const printers = loaded.value?.printers ?? []
  const save = ({ version, ...printer }: Printer): void => {
    const body = { worker: me.worker, session: v7(), ...printer, expectedVersion: version }
    api.post('/api/printers', body, printerSchema).then(
      () => {
        desk.tell(speaker.say('p.saved'))
        setOpen(null)
        loaded.reload()
      },
      (error: unknown) => {
        const isStale = error instanceof Refused && error.code === 'stale'
        desk.tell(isStale ? speaker.say('p.stale') : whyNot(speaker, error))
        if (isStale) loaded.reload()
      },
    )
  }
  return (
    <>
      <div className="desk-tools">
        <button type="button" className="desk-button primary" onClick={() => setOpen(newPrinter())}>
          {speaker.say('pr.printer.add')}
        </button>
      </div>
      {open === null ? null : <PrinterPanel key={open.id} printer={open} onSave={save} onClose={() => setOpen(null)} />}
      <Listed loaded={{ ...loaded, isEmpty: printers.length === 0 }} empty={speaker.say('pr.printers.empty')}>
        <Table
          caption={speaker.say('pr.printers')}
          rows={printers}
          rowKey={printer => printer.id}
          onOpen={index => setOpen(printers[index] ?? null)}
          columns={[
            { key: 'name', head: speaker.say('p.name'), cell: printer => printer.name },
            { key: 'host', head: speaker.say('pr.host'), code: true, cell: one => `${one.host}:${one.port}` },
            { key: 'size', head: speaker.say('pr.size'), cell: one => speaker.say(`pr.size.${one.size}`) },
            { key: 'dpi', head: 'dpi', number: true, cell: one => one.dpi },
            { key: 'active', head: speaker.say('d.state'), cell: one => (one.active ? '' : speaker.say('pr.off')) },
          ]}
        />
      </Listed>
    </>
  )
}

type PanelProps = { printer: Printer; onSave: (printer: Printer) => void; onClose: () => void }

const PrinterPanel = ({ printer, onSave, onClose }: PanelProps) => {
  const { speaker } = useDesk()
  const [draft, setDraft] = useState(printer)
  const title = printer.version === 0 ? speaker.say('pr.printer.add') : printer.name
  return (
    <aside className="desk-panel" aria-label={title}>
      <h2>{title}</h2>
      <form
        className="desk-form"
        onSubmit={event => {
          event.preventDefault()
          onSave({ ...draft, name: draft.name.trim(), host: draft.host.trim() })
        }}
      >
        <label>
          {speaker.say('p.name')}
          <input
            value={draft.name}
            maxLength={60}
            required
            onChange={event => setDraft({ ...draft, name: event.currentTarget.value })}
          />
        </label>
        <label>
          {speaker.say('pr.host')}
          <input
            value={draft.host}
            maxLength={253}
            required
            dir="ltr"
            autoCapitalize="none"
            onChange={event => setDraft({ ...draft, host: event.currentTarget.value })}
          />
        </label>
        <Wiring draft={draft} onChange={setDraft} />
        <Station draft={draft} onChange={setDraft} />
        <label>
          <span>
            <input
              type="checkbox"
              checked={draft.active}
              onChange={() => setDraft({ ...draft, active: !draft.active })}
            />{' '}
            {speaker.say('pr.active')}
          </span>
        </label>
        <div className="desk-actions">
          <button type="submit" className="desk-button primary">
            {speaker.say('save')}
          </button>
          <button type="button" className="desk-button" onClick={onClose}>
            {speaker.say('cancel')}
          </button>
        </div>
      </form>
    </aside>
  )
}

/** Where boxes are packed, among the places that the desk knows by name. */
const Station = ({ draft, onChange }: WiringProps) => {
  const { speaker, names } = useDesk()
  return (
    <label>
      {speaker.say('pr.station')}
      <select
        value={draft.station ?? ''}
        onChange={event => onChange({ ...draft, station: (event.currentTarget.value || null) as Printer['station'] })}
      >
        <option value="">{speaker.say('pr.station.none')}</option>
        {names.stations.map(({ id, code }) => (
          <option key={id} value={id}>
            {code}
          </option>
        ))}
      </select>
    </label>
  )
}

type WiringProps = { draft: Printer; onChange: (draft: Printer) => void }

const Wiring = ({ draft, onChange }: WiringProps) => {
  const { speaker } = useDesk()
  return (
    <div className="desk-tools">
      <NumberField
        label={speaker.say('pr.port')}
        value={draft.port}
        min={1024}
        max={65_535}
        onChange={port => onChange({ ...draft, port })}
      />
      <Choice
        label="dpi"
        value={draft.dpi}
        choices={DPIS.map(dpi => ({ value: dpi, word: String(dpi) }))}
        onChoose={dpi => onChange({ ...draft, dpi })}
      />
      <Choice
        label={speaker.say('pr.size')}
        value={draft.size}
        choices={ROLL_SIZES.map(size => ({ value: size, word: speaker.say(`pr.size.${size}`) }))}
        onChoose={size => onChange({ ...draft, size })}
      />
    </div>
  )
}

type ChoiceProps<T> = {
  label: string
  value: T
  choices: readonly { value: T; word: string }[]
  onChoose: (value: T) => void
}

const Choice = <T extends string | number>({ label, value, choices, onChoose }: ChoiceProps<T>) => (
  <label>
    {label}{' '}
    <select
      value={value}
      onChange={event => {
        const chosen = choices[event.currentTarget.selectedIndex]
        if (chosen !== undefined) onChoose(chosen.value)
      }}
    >
      {choices.map(choice => (
        <option key={choice.value} value={choice.value}>
          {choice.word}
        </option>
      ))}
    </select>
  </label>
)
