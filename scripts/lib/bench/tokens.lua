-- SPDX-License-Identifier: Apache-2.0
-- For wrk: wrk ... -- FILE LENGTH FIRST COUNT. Each request has the next token of a file, whose lines are all of one length; begins with line
-- FIRST, counted from 0, and after COUNT of them again.
local data, line, count, head
local at = 0

function init(args)
  local file = assert(io.open(args[1], 'rb'))
  line, count = args[2] + 1, tonumber(args[4])
  file:seek('set', line * args[3])
  data = file:read(line * count)
  file:close()
  assert(data and #data == line * count, 'too few tokens in ' .. args[1])
  head = 'GET ' .. wrk.path .. ' HTTP/1.1\r\nHost: ' .. wrk.headers.Host .. '\r\nAuthorization: Bearer '
end

function request()
  local from = at * line + 1
  at = (at + 1) % count
  return head .. data:sub(from, from + line - 2) .. '\r\n\r\n'
end

function done(summary)
  local e = summary.errors
  io.write(string.format('wrk %d %d %d %d %d\n', summary.duration, summary.requests, summary.bytes,
    e.connect + e.read + e.write + e.timeout, e.status))
end
