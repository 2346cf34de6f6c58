/**
 * The one script that changes a book. For each plan it checks what that was made from, judges what is asked of counters, and writes all or
 * nothing. What it all means is decided in TypeScript; here is only the arithmetic that no other client may come between.
 * Amounts are written with `%.0f`: Lua's own way of printing numbers keeps 14 digits only.
 */
export const transactLua = `
local call, format, match = redis.call, string.format, string.match
local prefix = KEYS[1]
local mostSafe = 9007199254740991

local function whole(number) return format('%.0f', number) end
local function exact(number) return format('%.17g', number) end

local function tallyOf(move)
  local kept = call('HGET', prefix .. 'tally:' .. move.counter, move.window or '0')
  if not kept then return {spent = 0, held = 0, refused = 0} end
  local spent, held, refused = match(kept, '^(%S+) (%S+) (%S+)$')
  return {spent = tonumber(spent), held = tonumber(held), refused = tonumber(refused)}
end

local function drainedOf(move, now)
  local kept = call('HGET', prefix .. 'buckets', move.counter)
  if not kept then return 0 end
  local used, at = match(kept, '^(%S+) (%S+)$')
  local elapsed = math.max(0, now - tonumber(at))
  return math.max(0, tonumber(used) - (elapsed * move.rate.amount) / move.rate.ms)
end

local function addSums(sum)
  local key = prefix .. 'rollups:' .. sum.dimension .. ':' .. sum.day
  local kept = call('HGET', key, sum.line)
  if not kept then call('ZADD', prefix .. 'rollups:' .. sum.dimension, sum.day, sum.day) end
  local sums = sum.amounts
  local index = 0
  for amount in string.gmatch(kept or '', '%S+') do
    index = index + 1
    sums[index] = sums[index] + tonumber(amount)
  end
  call('HSET', key, sum.line, format('%.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f', unpack(sums)))
end

local function transact(plan, text)
  local now = plan.now

  -- The clock is this server's: a plan made by one that is off is made anew.
  if plan.tolerance then
    local time = call('TIME')
    local here = time[1] * 1000 + math.floor(time[2] / 1000)
    if math.abs(here - now) > plan.tolerance then return {'clock', whole(here)} end
  end
  if plan.revision and (call('GET', prefix .. 'revision') or '0') ~= plan.revision then return {'revision'} end
  if plan.edits and (call('GET', prefix .. 'edits') or '0') ~= plan.edits then return {'edits'} end
  if plan.fresh then
    if call('HEXISTS', prefix .. 'holds', plan.fresh) == 1 then return {'exists'} end
    if call('HEXISTS', prefix .. 'rows', plan.fresh) == 1 then return {'exists'} end
  end
  if plan.hold then
    local kept = call('HGET', prefix .. 'holds', plan.hold.id)
    local version = plan.hold.version .. ':'
    if not kept or string.sub(kept, 1, #version) ~= version then return {'hold'} end
  end
  if plan.row and call('ZSCORE', prefix .. 'marks', plan.row.id) ~= plan.row.mark then return {'row'} end

  -- End users beyond the most that may have counters of their own are told to share one.
  local crowded = {'crowded'}
  local looked = false
  local joining = 0
  for _, move in ipairs(plan.moves) do
    if move.life and not call('ZSCORE', prefix .. 'live', move.counter) then
      if not looked and call('ZCARD', prefix .. 'live') + joining >= plan.mostLive then
        looked = true
        for _, counter in ipairs(call('ZRANGEBYSCORE', prefix .. 'live', '-inf', whole(now))) do
          call('ZREM', prefix .. 'live', counter)
          call('DEL', prefix .. 'tally:' .. counter)
          call('HDEL', prefix .. 'buckets', counter)
        end
      end
      if call('ZCARD', prefix .. 'live') + joining >= plan.mostLive then
        crowded[#crowded + 1] = move.counter
      else
        joining = joining + 1
      end
    end
  end
  if #crowded > 1 then return crowded end

  -- Every counter as it stands, and whether all of them grant what is asked.
  local standing = {}
  local answer = {'ok'}
  for index, move in ipairs(plan.moves) do
    local at = {refused = 0}
    if not move.rate or move.judge == 'shadow' then at = tallyOf(move) end
    if move.rate then at.spent = drainedOf(move, now); at.held = 0 end
    standing[index] = at
    if move.judge then
      local granted = at.spent + at.held + (move.requested or 0) <= move.capacity
      if not granted and move.judge == 'enforce' then answer[1] = 'refused' end
      at.overrun = not granted and move.judge == 'shadow'
      answer[#answer + 1] = format('%.17g %.0f %.0f', at.spent, at.held, at.refused)
    end
  end
  if answer[1] == 'refused' then return answer end

  for index, move in ipairs(plan.moves) do
    local at = standing[index]
    local keepUntil = nil
    if move.rate then
      local used = math.max(0, at.spent + (move.fill or 0))
      call('HSET', prefix .. 'buckets', move.counter, exact(used) .. ' ' .. whole(now))
      -- One that never drains is kept for good.
      if used > 0 then keepUntil = math.min(9e15, math.ceil(now + used * move.rate.ms / move.rate.amount)) end
    end
    if at.overrun or (not move.rate and (move.spent or move.held)) then
      local spent = move.rate and 0 or math.min(mostSafe, at.spent + (move.spent or 0))
      local refused = at.refused + (at.overrun and 1 or 0)
      local tally = format('%.0f %.0f %.0f', spent, at.held + (move.held or 0), refused)
      call('HSET', prefix .. 'tally:' .. move.counter, move.window or '0', tally)
    end
    if move.ofEndUser then
      local score = call('ZSCORE', prefix .. 'live', move.counter)
      local kept = score and tonumber(score)
      if move.life and (not kept or kept < move.life.needed) then kept = move.life.keep end
      if kept and keepUntil and kept < keepUntil then kept = keepUntil end
      if kept then call('ZADD', prefix .. 'live', exact(kept), move.counter) end
    end
  end

  if plan.keep then
    call('HSET', prefix .. 'holds', plan.keep.id, plan.keep.version .. ':' .. text)
    call('ZADD', prefix .. 'leases', whole(plan.keep.leaseUntil), plan.keep.id)
  end
  if plan.drop then
    call('HDEL', prefix .. 'holds', plan.drop)
    call('ZREM', prefix .. 'leases', plan.drop)
  end
  if plan.enter then
    local mark = call('INCR', prefix .. 'mark')
    call('HSET', prefix .. 'rows', plan.enter, text)
    call('ZADD', prefix .. 'marks', whole(mark), plan.enter)
  end
  for _, sum in ipairs(plan.sums or {}) do addSums(sum) end
  for _, write in ipairs(plan.writes or {}) do call(unpack(write)) end
  if plan.edits then call('INCR', prefix .. 'edits') end
  if plan.revise then call('INCR', prefix .. 'revision') end
  return answer
end

-- Several plans may come together. Each stands for itself.
local answers = {}
for index = 1, #ARGV, 2 do
  local done, answer = pcall(transact, cjson.decode(ARGV[index]), ARGV[index + 1])
  answers[#answers + 1] = done and answer or {'failed', tostring(answer)}
end
return answers
`
