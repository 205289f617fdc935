/** What an import needs before its rows come: the new collection, or new fields. It is taken back where nothing came. */
import { createCollection, deleteCollection, getCollection, updateCollection, type Collection } from '../api/collections'
import type { Field } from '../api/fields'
import { times } from '../pages/collection/new-field'

export class Ground {
  readonly collection: Collection
  readonly #takeBack: (() => Promise<void>) | undefined

  private constructor(collection: Collection, takeBack: (() => Promise<void>) | undefined) {
    this.collection = collection
    this.#takeBack = takeBack
  }

  static async ofNew(name: string, fields: Field[]): Promise<Ground> {
    const made = await createCollection({ name, type: 'base', fields: [...fields, ...times()] })
    return new Ground(made, () => deleteCollection(made.id))
  }

  static async of(collection: Collection, fields: Field[]): Promise<Ground> {
    if (fields.length === 0) return new Ground(collection, undefined)
    // The list of fields is sent whole: one that somebody else made meanwhile would go with all that is in it.
    const before = await getCollection(collection.id)
    const changed = await updateCollection(collection.id, { fields: [...before.fields, ...fields] })
    return new Ground(changed, async () => {
      // Somebody may have changed others since.
      const now = await getCollection(collection.id)
      const added = new Set(fields.map(({ name }) => name))
      await updateCollection(now.id, { fields: now.fields.filter(({ name }) => !added.has(name)) })
    })
  }

  /** Whether something was made that would stay. */
  get hasMade(): boolean {
    return this.#takeBack !== undefined
  }

  async takeBack(): Promise<void> {
    await this.#takeBack?.()
  }
}
