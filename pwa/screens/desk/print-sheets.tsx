import type { Language } from '../../words/words.ts'
import { commandSheet } from '../../words/command-sheet.ts'
import { useDesk, whyNot } from './context.ts'
import type { Desk } from './context.ts'
import { savePdf } from './print-out.tsx'

const LANGUAGES: readonly Language[] = ['en', 'tr']

const saveSheet = async (desk: Desk, language: Language): Promise<void> =>
  savePdf(desk, `commands-${language}`, { what: 'sheet', sheet: await commandSheet(language) })

/** The sheet of commands, in the language of who works with it. */
export const Sheets = () => {
  const desk = useDesk()
  const { speaker } = desk
  return (
    <>
      <p>{speaker.say('pr.sheet.how')}</p>
      <div className="desk-tools">
        {LANGUAGES.map(language => (
          <button
            key={language}
            type="button"
            className="desk-button"
            onClick={() =>
              void saveSheet(desk, language).then(
                () => desk.tell(speaker.say('pr.saved')),
                (error: unknown) => desk.tell(whyNot(speaker, error)),
              )
            }
          >
            {speaker.say('pr.sheet.commands')} · {language.toUpperCase()}
          </button>
        ))}
      </div>
    </>
  )
}
