/** Where a part of an answer comes from. Offsets count UTF-16 units of the part's text; ends are exclusive. */
export type Citation =
  | {
      readonly type: 'url'
      readonly url: string
      readonly title?: string
      readonly quote?: string
      readonly start?: number
      readonly end?: number
    }
  | {
      readonly type: 'document'
      /** Among the documents of the request. */
      readonly index: number
      readonly title?: string
      readonly quote: string
      /** What `from` and `to` count in the document. */
      readonly unit: 'character' | 'page' | 'block'
      readonly from: number
      readonly to: number
    }
