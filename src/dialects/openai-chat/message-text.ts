import { isFields, textOf, type Fields } from '../fields.ts'

/** What a message, or a delta of one, says: OpenAI has one text, Mistral also a list with thoughts in it. */
export function readContent(content: unknown): { readonly text: string; readonly thought: string } {
  if (typeof content === 'string') return { text: content, thought: '' }
  const parts = Array.isArray(content) ? content.filter(isFields) : []
  return {
    text: parts.map((part) => (part['type'] === 'text' ? (textOf(part, 'text') ?? '') : '')).join(''),
    thought: parts.map((part) => (part['type'] === 'thinking' ? thoughtOf(part) : '')).join(''),
  }
}

function thoughtOf({ thinking }: Fields): string {
  return typeof thinking === 'string' ? thinking : readContent(thinking).text
}

/** Of the images that a model made, those that came with their bytes, as OpenRouter has them. */
export function readImages(message: Fields) {
  const images = Array.isArray(message['images']) ? message['images'].filter(isFields) : []
  return images.flatMap(({ image_url: image }) => {
    const url = isFields(image) ? textOf(image, 'url') : undefined
    const [, mediaType, data] = /^data:([^,]+);base64,(.*)$/s.exec(url ?? '') ?? []
    return mediaType === undefined || data === undefined ? [] : [{ type: 'image' as const, mediaType, data }]
  })
}

export function printImage({ mediaType, data }: { readonly mediaType: string; readonly data: string }) {
  return { type: 'image_url', image_url: { url: `data:${mediaType};base64,${data}` } }
}
