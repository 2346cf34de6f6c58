import type { Block, ChatAnswer } from '../../core/chat/answer.ts'
import type { Telling } from '../../core/dialect.ts'
import { printAnnotations } from './annotations.ts'
import { isOld } from './decode-call.ts'
import { encodeFinish } from './finish.ts'
import { printLogprobs } from './logprobs.ts'
import { printImage } from './message-text.ts'
import { printDetails, type Place } from './reasoning-details.ts'
import type { ChatRequest } from './read-request.ts'
import { printCall, printNamed } from './tool-calls.ts'
import { printUsage } from './usage.ts'

const encoder = new TextEncoder()

/** Writes an answer for a caller as one JSON object. */
export function encodeAnswer(answer: ChatAnswer, telling: Telling): Uint8Array {
  const { blocks, finish, usage } = answer
  const old = isOld((telling.request as ChatRequest).values)
  const [text, refusal] = [isText, isRefusal].map((is) => blocks.filter(is).flatMap(logprobsOf))
  const logprobs = printLogprobs(text, refusal)
  const any = blocks.some(({ type }) => type === 'tool_call')
  const choice = {
    index: 0,
    message: printMessage(blocks, { old, id: answerId(telling) }),
    logprobs: logprobs ?? null,
    finish_reason: encodeFinish(finish, { any, old }),
  }
  const body = {
    id: answerId(telling),
    object: 'chat.completion',
    created: telling.created,
    model: telling.model,
    choices: [choice],
    ...(usage && { usage: printUsage(usage) }),
  }
  return encoder.encode(JSON.stringify(body))
}

function logprobsOf({ logprobs }: TextBlock) {
  return logprobs ?? []
}

/** As OpenAI's look, and ours can be found by it. */
export function answerId({ requestId }: Telling): string {
  return `chatcmpl-${requestId.replace(/^req_/, '')}`
}

type TextBlock = Extract<Block, { readonly type: 'text' | 'refusal' }>
type ThoughtBlock = Extract<Block, { readonly type: 'reasoning' }>
type MediaBlock = Extract<Block, { readonly type: 'image' | 'audio' }>
type CallBlock = Extract<Block, { readonly type: 'tool_call' }>

const isText = (block: Block): block is TextBlock => block.type === 'text'
const isRefusal = (block: Block): block is TextBlock => block.type === 'refusal'
const isThought = (block: Block): block is ThoughtBlock =>
  block.type === 'reasoning' && (block.text !== '' || block.seal !== undefined)
const isImage = (block: Block): block is MediaBlock => block.type === 'image'
const isAudio = (block: Block): block is MediaBlock => block.type === 'audio'

function printMessage(blocks: readonly Block[], { old, id }: { readonly old: boolean; readonly id: string }) {
  const texts = blocks.filter(isText)
  const refusals = blocks.filter(isRefusal)
  const calls = blocks.filter((block) => block.type === 'tool_call')
  const images = blocks.filter(isImage).map(printImage)
  const annotations = annotationsOf(texts)
  const content = texts.map(({ text }) => text).join('')
  // A message that only calls or refuses has no content; one that says nothing at all has an empty one.
  const isOther = calls.length + refusals.length + images.length > 0
  return {
    role: 'assistant',
    content: content === '' && isOther ? null : content,
    refusal: refusals.length > 0 ? refusals.map(({ text }) => text).join('') : null,
    ...printThoughts(blocks),
    ...(annotations.length > 0 && { annotations }),
    ...(images.length > 0 && { images }),
    ...printAudio(blocks, id),
    ...(calls.length > 0 && printCalls(calls, old)),
  }
}

function annotationsOf(texts: readonly TextBlock[]) {
  let offset = 0
  return texts.flatMap(({ text, citations = [] }) => {
    const annotations = printAnnotations({ offset, length: text.length, citations })
    offset += text.length
    return annotations
  })
}

function printThoughts(blocks: readonly Block[]) {
  const thoughts = blocks.flatMap((block, at) =>
    isThought(block) ? { ...block, after: placeBehind(blocks.slice(0, at)) } : [],
  )
  const text = thoughts.map((thought) => thought.text).join('')
  const details = printDetails(thoughts)
  return {
    ...(text !== '' && { reasoning_content: text }),
    ...(details.length > 0 && { reasoning_details: details }),
  }
}

/** Where a message goes on that has said this much. */
function placeBehind(blocks: readonly Block[]): Place {
  const text = blocks.filter(isText).reduce((length, block) => length + block.text.length, 0)
  return { text, calls: blocks.filter(({ type }) => type === 'tool_call').length }
}

function printAudio(blocks: readonly Block[], id: string) {
  const audio = blocks.find(isAudio)
  return audio && { audio: audioOf(audio.data, id) }
}

/** OpenAI tells neither the format, which the caller chose, nor more than one sound. It keeps none here. */
export function audioOf(data: string, id: string) {
  return { id: `audio_${id}`, data, expires_at: 0, transcript: '' }
}

function printCalls(calls: readonly CallBlock[], old: boolean) {
  const deltas = calls.map(({ arguments: text, ...call }) => ({ ...call, text }))
  const [first] = deltas
  return old && first ? { function_call: printNamed(first) } : { tool_calls: deltas.map(printCall) }
}
