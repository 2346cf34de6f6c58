import type { ChatAnswer, ChatEvent } from './answer.ts'

export function eventsOf(answer: ChatAnswer): ChatEvent[] {
  return answer.usage ? [{ type: 'usage', usage: answer.usage }] : []
}
