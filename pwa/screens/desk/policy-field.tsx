import { useDesk } from './context.ts'
import { blankOf } from './policy-shape.ts'
import type { Shape } from './policy-shape.ts'

type Props = { label: string; shape: Shape; value: unknown; onChange: (value: unknown) => void }

/** One value of a policy, by its shape. */
export const Field = ({ label, shape, value, onChange }: Props) => {
  switch (shape.kind) {
    case 'yesNo':
      return (
        <label className="desk-check">
          <input type="checkbox" checked={value === true} onChange={() => onChange(value !== true)} /> {label}
        </label>
      )
    case 'choice':
      return <Choice label={label} options={shape.options} value={value} onChange={onChange} />
    case 'number':
    case 'text':
      return <Typed label={label} isNumber={shape.kind === 'number'} value={value} onChange={onChange} />
    case 'texts':
      return <Texts label={label} value={value} onChange={onChange} />
    case 'choices':
      return <Choices label={label} options={shape.options} value={value} onChange={onChange} />
    case 'maybe':
      return <Maybe label={label} shape={shape} value={value} onChange={onChange} />
    case 'rows':
      return <Rows label={label} of={shape.of} value={value} onChange={onChange} />
    case 'group':
      return (
        <fieldset>
          <legend>{label}</legend>
          <Group fields={shape.fields} value={value} onChange={onChange} />
        </fieldset>
      )
  }
}

type One = Omit<Props, 'shape'>

const Choice = ({ label, options, value, onChange }: One & { options: readonly string[] }) => {
  const { speaker } = useDesk()
  return (
    <label>
      {label}
      <select value={String(value)} onChange={event => onChange(event.currentTarget.value)}>
        {options.map(option => (
          <option key={option} value={option}>
            {speaker.maybe('pv', option)}
          </option>
        ))}
      </select>
    </label>
  )
}

const textOfValue = (value: unknown): string =>
  typeof value === 'string' || (typeof value === 'number' && !Number.isNaN(value)) ? String(value) : ''

/** An empty number is no number: the schema says so when it is saved. */
const Typed = ({ label, isNumber, value, onChange }: One & { isNumber: boolean }) => (
  <label>
    {label}
    <input
      type={isNumber ? 'number' : 'text'}
      step="any"
      maxLength={60}
      value={textOfValue(value)}
      onChange={event => {
        const typed = event.currentTarget.value
        onChange(isNumber ? (typed === '' ? Number.NaN : Number(typed)) : typed)
      }}
    />
  </label>
)

const Texts = ({ label, value, onChange }: One) => {
  const { speaker } = useDesk()
  return (
    <label>
      {label} ({speaker.say('po.list')})
      <input
        defaultValue={(value as readonly string[]).join(', ')}
        maxLength={3000}
        onChange={event =>
          onChange(
            event.currentTarget.value
              .split(',')
              .map(one => one.trim())
              .filter(one => one !== ''),
          )
        }
      />
    </label>
  )
}

/** In the order of the list: what was chosen last is the last. */
const Choices = ({ label, options, value, onChange }: One & { options: readonly string[] }) => {
  const { speaker } = useDesk()
  const chosen = value as readonly string[]
  return (
    <fieldset>
      <legend>{label}</legend>
      {[...chosen, ...options.filter(option => !chosen.includes(option))].map(option => (
        <label key={option} className="desk-check">
          <input
            type="checkbox"
            checked={chosen.includes(option)}
            onChange={() =>
              onChange(chosen.includes(option) ? chosen.filter(one => one !== option) : [...chosen, option])
            }
          />{' '}
          {speaker.maybe('pv', option)}
        </label>
      ))}
    </fieldset>
  )
}

const Maybe = ({ label, shape, value, onChange }: One & { shape: Shape & { kind: 'maybe' } }) => {
  const { speaker } = useDesk()
  const { of, missing } = shape
  const isMissing = value === null || value === undefined
  if (of.kind === 'number' || of.kind === 'text')
    return (
      <Typed
        label={of.kind === 'number' ? `${label} (${speaker.say('po.unlimited')})` : label}
        isNumber={of.kind === 'number'}
        value={value}
        onChange={next => onChange(next === '' || Number.isNaN(next) ? missing : next)}
      />
    )
  if (of.kind === 'choice')
    return (
      <label>
        {label}
        <select
          value={textOfValue(value)}
          onChange={event => onChange(event.currentTarget.value === '' ? missing : event.currentTarget.value)}
        >
          <option value="">{speaker.say('po.any')}</option>
          {of.options.map(option => (
            <option key={option} value={option}>
              {speaker.maybe('pv', option)}
            </option>
          ))}
        </select>
      </label>
    )
  // Nothing chosen says the same as nothing said.
  if (of.kind === 'choices')
    return <Choices label={label} options={of.options} value={isMissing ? [] : value} onChange={onChange} />
  return (
    <>
      <label className="desk-check">
        <input type="checkbox" checked={!isMissing} onChange={() => onChange(isMissing ? blankOf(of) : missing)} />{' '}
        {label}
      </label>
      {isMissing ? null : <Field label={label} shape={of} value={value} onChange={onChange} />}
    </>
  )
}

const Rows = ({ label, of, value, onChange }: One & { of: Shape }) => {
  const { speaker } = useDesk()
  const rows = value as readonly unknown[]
  return (
    <fieldset>
      <legend>{label}</legend>
      {rows.map((row, at) => (
        // Rows have no names of their own; they are only added at the end.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={at} className="desk-row">
          <Field
            label={`${label} ${at + 1}`}
            shape={of}
            value={row}
            onChange={next => onChange(rows.map((one, i) => (i === at ? next : one)))}
          />
          <button
            type="button"
            className="desk-button"
            aria-label={`${speaker.say('po.remove')}: ${label} ${at + 1}`}
            onClick={() => onChange(rows.filter((_, i) => i !== at))}
          >
            {speaker.say('po.remove')}
          </button>
        </div>
      ))}
      <button
        type="button"
        className="desk-button"
        aria-label={`${speaker.say('po.add')}: ${label}`}
        onClick={() => onChange([...rows, blankOf(of)])}
      >
        {speaker.say('po.add')}
      </button>
    </fieldset>
  )
}

type GroupProps = {
  fields: readonly (readonly [string, Shape])[]
  value: unknown
  onChange: (value: unknown) => void
  /** Words of the keys; those inside a key have words of their own. */
  nameOf?: (key: string) => string
}

export const Group = ({ fields, value, onChange, nameOf }: GroupProps) => {
  const { speaker } = useDesk()
  const held = value as Readonly<Record<string, unknown>>
  return (
    <>
      {fields.map(([key, shape]) => (
        <Field
          key={key}
          label={nameOf?.(key) ?? speaker.maybe('pk', key)}
          shape={shape}
          value={held[key]}
          onChange={next => onChange({ ...held, [key]: next })}
        />
      ))}
    </>
  )
}
