import type { Memory } from '../memory.ts'
import { abilitiesOf } from '../anthropic/models.ts'
import { firstWrong, type Rule } from '../refusal.ts'
import type { BlockParam, ConverseRequest } from './request.ts'

/** A request with what its address says, and what was issued to the caller before. */
export interface Asked {
  readonly request: ConverseRequest
  readonly model: string
  readonly memory: Memory
}

type Message = ConverseRequest['messages'][number]

function turnsAlternate({ request: { messages } }: Asked): string | undefined {
  if (messages[0]?.role !== 'user') {
    return 'A conversation must start with a user message. Try again with a conversation that starts with a user message.'
  }
  return firstWrong(messages, ({ role, content }, at) => {
    if (content.length === 0) {
      return `The content field in the Message object at messages.${at} is empty. Add a ContentBlock object to the content field and try again.`
    }
    if (messages[at - 1]?.role !== role) return undefined
    return 'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.'
  })
}

function textIsVisible({ request: { messages, system = [] } }: Asked): string | undefined {
  const blank = system.findIndex(({ text }) => text !== undefined && text.trim() === '')
  if (blank >= 0)
    return `The text field in the SystemContentBlock object at system.${blank} is blank. Add text to the text field, and try again.`
  return firstWrong(messages, ({ content }, at) => {
    const place = content.findIndex(({ text }) => text !== undefined && text.trim() === '')
    if (place < 0) return undefined
    return `The text field in the ContentBlock object at messages.${at}.content.${place} is blank. Add text to the text field, and try again.`
  })
}

function called(message: Message | undefined): string[] {
  return message?.content.flatMap(({ toolUse }) => toolUse?.toolUseId ?? []) ?? []
}

function answered(message: Message | undefined): string[] {
  return message?.content.flatMap(({ toolResult }) => toolResult?.toolUseId ?? []) ?? []
}

function callsAreAnswered({ request: { messages } }: Asked): string | undefined {
  return firstWrong(messages, (message, at) => {
    const calls = called(message)
    const answers = answered(messages[at + 1])
    const open = calls.filter((id) => !answers.includes(id))
    if (open.length > 0) {
      return `Expected toolResult blocks at messages.${at + 1}.content for the following Ids: ${open.join(', ')}, but found: ${answers.join(', ') || 'none'}`
    }
    const before = called(messages[at - 1])
    const own = answered(message)
    if (own.length <= before.length && own.every((id) => before.includes(id))) return undefined
    return `The number of toolResult blocks at messages.${at}.content exceeds the number of toolUse blocks of previous turn.`
  })
}

const ofAssistant: (keyof BlockParam)[] = ['toolUse', 'reasoningContent']
const ofUser: (keyof BlockParam)[] = ['toolResult', 'image', 'document', 'video', 'audio']

function blocksFitRoles({ request: { messages } }: Asked): string | undefined {
  return firstWrong(messages, ({ role, content }, at) => {
    const wrong = role === 'user' ? ofAssistant : ofUser
    const name = wrong.find((name) => content.some((block) => block[name] !== undefined))
    return (
      name &&
      `The ${role} message at messages.${at} contains a ${name} block, which is not allowed for this role.`
    )
  })
}

function toolsAreThere({ request: { messages, toolConfig } }: Asked): string | undefined {
  const usesTools = messages.some((message) => called(message).length + answered(message).length > 0)
  if (usesTools && !toolConfig)
    return 'The toolConfig field must be defined when using toolUse and toolResult content blocks.'
  const names = toolConfig?.tools.flatMap(({ toolSpec }) => toolSpec?.name ?? []) ?? []
  if (new Set(names).size < names.length) return 'The toolConfig field contains duplicate tool names.'
  const chosen = toolConfig?.toolChoice?.tool?.name
  if (chosen === undefined || names.includes(chosen)) return undefined
  return `The tool ${chosen} of toolChoice is not in toolConfig.tools.`
}

function documentsFit({ request: { messages } }: Asked): string | undefined {
  const names = messages.flatMap(({ content }) => content.flatMap(({ document }) => document?.name ?? []))
  if (new Set(names).size < names.length) return 'Document names must be unique within a request.'
  return firstWrong(messages, ({ content }) => {
    const hasDocument = content.some(({ document }) => document)
    const hasText = content.some(({ text }) => text !== undefined)
    return hasDocument && !hasText
      ? 'A text block must be included in a message that includes a document.'
      : undefined
  })
}

function mediaAreFew({ request: { messages } }: Asked): string | undefined {
  const blocks = messages.flatMap(({ content }) => content)
  if (blocks.filter(({ image }) => image).length > 20) return 'Too many images: at most 20 are allowed.'
  return blocks.filter(({ document }) => document).length > 5
    ? 'Too many documents: at most 5 are allowed.'
    : undefined
}

/** Mistral's models name calls in nine letters or digits. */
function idsFitModel({ request: { messages }, model }: Asked): string | undefined {
  if (!/mistral/.test(model)) return undefined
  const odd = messages.flatMap(called).find((id) => !/^[a-zA-Z0-9]{9}$/.test(id))
  return odd && `Tool use id ${odd} must match the pattern [a-zA-Z0-9]{9}`
}

const modelSaid = 'The model returned the following errors:'

function thoughtsAreIssued({ request: { messages }, memory }: Asked): string | undefined {
  return firstWrong(messages, ({ content }, at) =>
    firstWrong(content, ({ reasoningContent }, place) => {
      if (!reasoningContent) return undefined
      const where = `${modelSaid} messages.${at}.content.${place}:`
      if ('redactedContent' in reasoningContent) {
        return memory.seals.has(reasoningContent.redactedContent)
          ? undefined
          : `${where} Invalid \`data\` in \`redacted_thinking\` block`
      }
      const { text, signature } = reasoningContent.reasoningText
      const issued = memory.seals.get(signature ?? '')
      if (!issued) return `${where} Invalid \`signature\` in \`thinking\` block`
      if (issued.text === undefined || issued.text === text) return undefined
      return `${where} \`thinking\` blocks in the latest assistant message cannot be modified.`
    }),
  )
}

function cachePointsAreFew({ request: { messages, system = [], toolConfig } }: Asked): string | undefined {
  const all = [...messages.flatMap(({ content }) => content), ...system, ...(toolConfig?.tools ?? [])]
  return all.filter(({ cachePoint }) => cachePoint).length > 4
    ? 'You can have at most 4 cachePoint blocks.'
    : undefined
}

function prefillFits({ request: { messages }, model }: Asked): string | undefined {
  if (messages.at(-1)?.role !== 'assistant' || !/claude/.test(model) || abilitiesOf(model).prefill)
    return undefined
  return `${modelSaid} This model does not support assistant message prefill. The conversation must end with a user message.`
}

export const rules: readonly Rule<Asked>[] = [
  turnsAlternate,
  textIsVisible,
  blocksFitRoles,
  callsAreAnswered,
  toolsAreThere,
  documentsFit,
  mediaAreFew,
  idsFitModel,
  cachePointsAreFew,
  thoughtsAreIssued,
  prefillFits,
]
