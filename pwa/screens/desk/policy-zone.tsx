type Props = { label: string; value: string; onChange: (zone: string) => void }

/** The time zone, from those that this browser knows; a name that it does not list may be typed. */
export const ZoneField = ({ label, value, onChange }: Props) => (
  <label>
    {label}
    <input
      list="time-zones"
      translate="no"
      dir="ltr"
      autoComplete="off"
      maxLength={60}
      value={value}
      onChange={event => onChange(event.currentTarget.value.trim())}
    />
    <datalist id="time-zones">
      {['UTC', ...Intl.supportedValuesOf('timeZone')].map(zone => (
        <option key={zone} value={zone} />
      ))}
    </datalist>
  </label>
)
