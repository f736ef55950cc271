import { useEffect, useState } from 'react'
import { useApp } from '../app/services.ts'

/** The picture of an item, when it is here. Until then, and where there is none, the facts have the room. */
export const ItemPicture = ({ sha }: { sha: string }) => {
  const { pictures } = useApp()
  const [shown, setShown] = useState<{ sha: string; url: string } | null>(null)
  useEffect(() => {
    let url: string | null = null
    let isGone = false
    const look = async (): Promise<void> => {
      const picture = await (await pictures()).get(sha)
      if (picture === null || isGone) return
      url = URL.createObjectURL(picture)
      setShown({ sha, url })
    }
    void look().catch(() => undefined)
    return () => {
      isGone = true
      if (url !== null) URL.revokeObjectURL(url)
    }
  }, [pictures, sha])
  // The name of the item stands beside it: the picture says nothing that is not said there.
  return shown?.sha === sha ? <img className="item-picture" src={shown.url} alt="" width="96" height="96" /> : null
}
