import { expect, test } from 'vitest'
import { generatedBytes } from '../../support/events.ts'
import { hosts } from '../../support/hosts.ts'
import { startCall } from '../../support/leaving.ts'
import { chat } from '../../support/tenant.ts'
import { startWorld } from '../../support/world.ts'

test.concurrent.each(hosts)(
  'a caller that leaves after the finish reason: the usage is waited for, but only so long ($host)',
  async (host) => {
    const world = await startWorld(host)
    const tenant = await world.tenant()
    const { acme } = world.simulators
    const body = JSON.stringify(chat({ wait_for: 'never told', wait_after: -2 }, { stream: true }))
    const caller = startCall(world.gateway, tenant.key, { body })
    await acme.arrived('never told')
    const sent = acme.lastAnswer(0)
    await caller.received(sent.length)
    caller.leave()
    await acme.waitForAbort(0)
    const row = await tenant.onlyRow()
    expect(row).toMatchObject({ outcome: 'ok', usage_source: 'counted' })
    expect(row.usage.input_tokens).toBe(Math.ceil(Buffer.byteLength(body) / 4))
    expect(row.usage.output_tokens).toBe(Math.ceil(generatedBytes(sent) / 4))
    await world.stop()
  },
)
