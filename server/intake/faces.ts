import type { Item, Location } from '../../shared/catalogue.ts'
import type { Cells } from './cells.ts'

/** The places that are homes of items, as they are and as the file makes them. */
export type Faces = {
  place: (code: string) => Location | undefined
  put: (place: Location) => void
  changed: () => readonly Location[]
}

const MAX_UNITS = 1_000_000_000

/** The pick face that a row names: the item's home, refilled below its least up to its most. */
export const faceOf = (cells: Cells, item: Item, faces: Faces): void => {
  const code = cells.text('face', 40)
  const min = cells.whole('face_min', 0, MAX_UNITS)
  const max = cells.whole('face_max', 1, MAX_UNITS)
  if (code === '') {
    if (min !== null || max !== null) cells.tell('face', 'face_needs')
    return
  }
  const place = faces.place(code)
  if (place === undefined) cells.tell('face', 'unknown_place')
  else if (place.kind !== 'pickable') cells.tell('face', 'no_shelf', place.kind)
  else if (min === null) cells.tell('face_min', 'face_needs')
  else if (max === null || max < min) cells.tell('face_max', 'face_needs')
  else if (place.face && place.face.item !== item.id) cells.tell('face', 'face_taken')
  else faces.put({ ...place, face: { client: item.client, item: item.id, min, max } })
}
