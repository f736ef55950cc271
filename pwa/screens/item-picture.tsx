import { useEffect, useState } from 'react'
import { useApp } from '../app/services.ts'

/** The picture of an item, when it is here. Until then, and where there is none, the facts have the room. */
export const ItemPicture = ({ sha }: { sha: string }) => {
  const { pictures, handheld } = useApp()
  const [shown, setShown] = useState<{ sha: string; url: string } | null>(null)
  useEffect(() => {
    let url: string | null = null
    let isGone = false
    const find = async (): Promise<void> => {
      const picture = await (await pictures()).get(sha)
      if (picture === null || isGone || url !== null) return
      url = URL.createObjectURL(picture)
      setShown({ sha, url })
    }
    const look = (): void => {
      if (url === null) void find().catch(() => undefined)
    }
    look()
    // The steps that it stands back for may be sent by now.
    const quiet = handheld.subscribe(look)
    return () => {
      isGone = true
      quiet()
      if (url !== null) URL.revokeObjectURL(url)
    }
  }, [pictures, handheld, sha])
  // The name of the item stands beside it: the picture says nothing that is not said there.
  return shown?.sha === sha ? <img className="item-picture" src={shown.url} alt="" width="96" height="96" /> : null
}
