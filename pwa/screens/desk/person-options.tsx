import { useDesk } from './context.ts'

/** Everybody of the warehouse, as choices of a select. */
export const PersonOptions = () =>
  useDesk().names.people.map(({ id, name }) => (
    <option key={id} value={id}>
      {name}
    </option>
  ))
