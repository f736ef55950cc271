import { useDesk } from './context.ts'

/** Every decision that people read about later says why. */
export const ReasonField = ({ value, onChange }: { value: string; onChange: (reason: string) => void }) => {
  const { speaker } = useDesk()
  return (
    <input
      aria-label={speaker.say('a.reason')}
      placeholder={speaker.say('a.reason')}
      required
      value={value}
      maxLength={500}
      onChange={event => onChange(event.currentTarget.value)}
    />
  )
}
