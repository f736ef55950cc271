import { labelAnswerSchema, labelsAnswerSchema } from '../../../shared/desk/view.ts'
import { useDesk, whyNot } from './context.ts'
import { saveFile } from './save.ts'

const TYPE = { pdf: 'application/pdf', zpl: 'application/octet-stream' } as const

/** Labels of carriers that the ERP has brought for an order, saved as files for the system's print dialog. */
export const CarrierLabels = ({ id, number }: { id: string; number: string }) => {
  const desk = useDesk()
  const { speaker, api } = desk
  const save = async (): Promise<void> => {
    const { labels } = await api.get('/api/desk/labels', { id }, labelsAnswerSchema)
    for (const { remote } of labels) {
      const { format, content } = await api.get('/api/desk/label', { id, remote }, labelAnswerSchema)
      const bytes = Uint8Array.from(atob(content), char => char.charCodeAt(0))
      saveFile(new Blob([bytes], { type: TYPE[format] }), `${number}-${remote}.${format}`)
    }
    desk.tell(speaker.say(labels.length === 0 ? 'pr.carrier.none' : 'pr.saved'))
  }
  return (
    <button
      type="button"
      className="desk-button"
      onClick={() => void save().catch((error: unknown) => desk.tell(whyNot(speaker, error)))}
    >
      {speaker.say('pr.carrier')}
    </button>
  )
}
