import type { MediaPart, Part, TextPart, ToolCallPart, ToolResultPart } from '../../core/chat/call.ts'
import type { Seal } from '../../core/chat/seal.ts'
import { isFields, parseJson } from '../fields.ts'
import { isYouTube } from './decode-parts.ts'
import { cannotTranslate, type Losses } from './losses.ts'
import type { ModelTraits } from './models.ts'

/** A part as Google takes it. */
export type WirePart = Readonly<Record<string, unknown>>

export interface PartWriting {
  readonly traits: ModelTraits
  readonly losses: Losses
}

export function encodeText({ text, citations, cache }: TextPart, { losses }: PartWriting): WirePart[] {
  losses.addIf(cache !== undefined, 'cache_control')
  losses.addIf(citations !== undefined && citations.length > 0, 'citations')
  return text === '' ? [] : [{ text }]
}

export function signed(part: WirePart, seal: Seal | undefined): WirePart {
  return seal?.by === 'google' ? { ...part, thoughtSignature: seal.value } : part
}

/** Google takes thoughts back that it sealed itself; one that only the seal tells is a part without text. */
export function encodeThought(
  { text, seal }: Part & { type: 'reasoning' },
  { losses }: PartWriting,
): WirePart[] {
  losses.addIf(seal?.by !== 'google', 'reasoning')
  if (seal?.by !== 'google') return []
  return [signed(text === '' ? { text } : { text, thought: true }, seal)]
}

export function encodeCallPart(call: ToolCallPart, { losses }: PartWriting): WirePart {
  losses.addIf(call.cache !== undefined, 'cache_control')
  return signed({ functionCall: { id: call.id, name: call.name, args: argsOf(call) } }, call.seal)
}

/** Arguments are an object; a text that is none becomes the input of one. */
export function argsOf({ kind, arguments: text }: Pick<ToolCallPart, 'kind' | 'arguments'>): object {
  if (kind === 'custom') return { input: text }
  if (text.trim() === '') return {}
  const args = parseJson(text)
  return isFields(args) ? args : { input: text }
}

/** The result of a call. Media go into it where the model takes that, else beside it. */
export function encodeResult(result: ToolResultPart, name: string, writing: PartWriting): WirePart[] {
  const { traits, losses } = writing
  losses.addIf(result.cache !== undefined, 'cache_control')
  const texts = result.content.filter((part) => part.type === 'text')
  for (const part of texts) encodeText(part, writing)
  const media = result.content
    .filter((part) => part.type !== 'text')
    .flatMap((part) => encodeMedia(part, writing))
  const response = responseOf(texts.map(({ text }) => text).join('\n'), result.isError)
  const functionResponse = { id: result.callId, name, response }
  if (media.length === 0) return [{ functionResponse }]
  if (traits.isModern) return [{ functionResponse: { ...functionResponse, parts: media } }]
  return [{ functionResponse }, ...media]
}

function responseOf(text: string, isError: boolean): object {
  if (isError) return { error: text }
  const value = isPlain(text) ? parseJson(text) : undefined
  return isFields(value) && !looksWrapped(value) ? value : { output: text }
}

/** Google keeps numbers as doubles, and takes `$ref` for the name of a part: a text with either stays text. */
function isPlain(text: string): boolean {
  return text.trimStart().startsWith('{') && !/\d{16}/.test(text) && !text.includes('$ref')
}

/** An object that would be read as the wrapper of a text. */
function looksWrapped(value: object): boolean {
  const names = Object.keys(value)
  return names.length === 1 && (names[0] === 'output' || names[0] === 'error')
}

export function encodeMedia(part: MediaPart, { losses }: PartWriting): WirePart[] {
  const { source } = part
  noteMediaLosses(part, losses)
  if (source.type === 'text') {
    if (source.text === '') return []
    return [{ inlineData: { mimeType: 'text/plain', data: base64Of(source.text) } }]
  }
  if (source.type === 'base64')
    return [{ inlineData: { mimeType: wireTypeOf(source.mediaType), data: source.data } }]
  if (!isYouTube(source.url))
    throw cannotTranslate(
      `This provider does not fetch media from an address: send the ${part.type} as base64.`,
      part.type,
    )
  const mimeType = source.mediaType ?? 'video/*'
  return [{ fileData: { mimeType, fileUri: source.url } }]
}

function noteMediaLosses({ name, detail, cite, context, cache }: MediaPart, losses: Losses): void {
  losses.addIf(name !== undefined, 'name')
  losses.addIf(detail !== undefined && detail !== 'auto', 'detail')
  losses.addIf(cite === true, 'citations')
  losses.addIf(context !== undefined, 'document_context')
  losses.addIf(cache !== undefined, 'cache_control')
}

/** Google's own word for what others call `audio/mpeg`. */
function wireTypeOf(mediaType: string): string {
  return mediaType === 'audio/mpeg' ? 'audio/mp3' : mediaType
}

function base64Of(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}
