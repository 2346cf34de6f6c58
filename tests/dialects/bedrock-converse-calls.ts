import type { ChatCall, Part, ToolCallPart, ToolResultPart, Turn } from '../../src/core/chat/call.ts'
import type { CallTarget } from '../../src/core/dialect.ts'
import { defineProvider } from '../../src/core/provider.ts'
import { bedrockConverse } from '../../src/dialects/bedrock-converse/dialect.ts'
import { textOf } from './splits.ts'

const { quirks } = defineProvider({
  id: 'bedrock',
  name: 'Amazon Bedrock',
  baseUrl: 'https://bedrock.example',
  auth: { kind: 'none' },
  speaks: { chat: ['bedrock-converse'] },
})

export const models = {
  sonnet45: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  sonnet4: 'anthropic.claude-sonnet-4-20250514-v1:0',
  opus46: 'us.anthropic.claude-opus-4-6-v1',
  opus47: 'eu.anthropic.claude-opus-4-7',
  opus55: 'global.anthropic.claude-opus-5-5',
  haiku3: 'anthropic.claude-3-haiku-20240307-v1:0',
  nova: 'amazon.nova-pro-v1:0',
  nova2: 'us.amazon.nova-2-lite-v1:0',
  gptOss: 'openai.gpt-oss-120b-1:0',
  gpt5: 'us.openai.gpt-5.6',
  mistral: 'mistral.mistral-large-2407-v1:0',
  llama: 'meta.llama3-3-70b-instruct-v1:0',
  r1: 'us.deepseek.r1-v1:0',
  unknown: 'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc',
}

export const hello: Turn = { role: 'user', parts: [{ type: 'text', text: 'Hello' }] }

export function callOf(call: Partial<ChatCall>): ChatCall {
  return {
    system: [],
    turns: [hello],
    tools: [],
    sampling: {},
    stop: [],
    answers: 1,
    stream: false,
    foreign: [],
    ...call,
  }
}

export interface Wire {
  readonly system?: readonly object[]
  readonly messages: readonly { readonly role: string; readonly content: readonly object[] }[]
  readonly inferenceConfig: object
  readonly toolConfig?: { readonly tools: readonly object[]; readonly toolChoice?: object }
  readonly outputConfig?: object
  readonly requestMetadata?: object
  readonly additionalModelRequestFields?: object
  readonly additionalModelResponseFieldPaths?: readonly string[]
}

/** What a call is on the wire, and what was dropped. */
export function encode(call: Partial<ChatCall>, model = models.sonnet45, target: Partial<CallTarget> = {}) {
  const { body, dropped } = bedrockConverse.encodeCall(callOf(call), {
    org: 'acme',
    upstreamModel: model,
    outputCap: 20_000,
    quirks,
    ...target,
  })
  return { wire: JSON.parse(textOf(body)) as Wire, dropped }
}

/** The messages of a conversation. */
export function messagesOf(turns: readonly Turn[], model = models.sonnet45) {
  const { wire, dropped } = encode({ turns }, model)
  return { messages: wire.messages, dropped }
}

/** The blocks of what a user says. */
export function blocksOf(parts: readonly Part[], model = models.sonnet45) {
  const { messages, dropped } = messagesOf([{ role: 'user', parts }], model)
  return { content: messages[0]?.content, dropped }
}

export const user = (...parts: Part[]): Turn => ({ role: 'user', parts })
export const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts })
export const text = (text: string): Part => ({ type: 'text', text })
export const toolCall = (id: string, args = '{"x":1}'): ToolCallPart => ({
  type: 'tool_call',
  id,
  name: 'f',
  arguments: args,
  kind: 'function',
})
export const toolResult = (callId: string, ...content: ToolResultPart['content']): ToolResultPart => ({
  type: 'tool_result',
  callId,
  content,
  isError: false,
  kind: 'function',
})
