import { defineProvider } from '../src/core/provider.ts'
import { simulateChat } from './sandbox-model/exchange.ts'

/** A simulated model inside the gateway, for trying things out: no network, no credential, no intelligence. */
export const sandbox = defineProvider({
  id: 'sandbox',
  name: 'Sandbox (simulated)',
  baseUrl: 'https://sandbox.invalid/v1',
  auth: { kind: 'none' },
  speaks: { chat: ['openai-chat'] },
  simulate: simulateChat,
})
