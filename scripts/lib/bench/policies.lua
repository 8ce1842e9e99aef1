-- SPDX-License-Identifier: Apache-2.0
-- The policies that scripts/bench policies measures, for nginx: signed tokens, a limit for each subject, permissions by method and path,
-- and metrics, written as lua-resty-jwt, lua-resty-limit-traffic and nginx-lua-prometheus do it, with what Debian packages.
local cjson = require('cjson.safe')
local digest = require('openssl.digest')
local hmac = require('openssl.hmac')
local pkey = require('openssl.pkey')
local lrucache = require('resty.lrucache')
local ffi = require('ffi')

local find, sub, byte, char, format = string.find, string.sub, string.byte, string.char, string.format
local buckets = ngx.shared.buckets
local metrics = ngx.shared.metrics

ffi.cdef('typedef struct { double level; double at; } bench_bucket;')
local bucket = ffi.new('bench_bucket')
local bucket_size = ffi.sizeof(bucket)

local M = {}
local issuers, kept, rate, rules = {}, nil, nil, { fixed = {}, methods = {} }

-- ---- tokens ----

local function decoded(text)
  return ngx.decode_base64((text:gsub('-', '+'):gsub('_', '/')) .. ('='):rep(-#text % 4))
end

-- What OpenSSL wants in the place of two numbers side by side (RFC 7518, 3.4).
local function der_number(bytes)
  bytes = bytes:gsub('^%z+', '')
  if bytes == '' or byte(bytes) >= 128 then bytes = '\0' .. bytes end
  return '\2' .. char(#bytes) .. bytes
end

local function es256(key, signed, signature)
  if #signature ~= 64 then return false end
  local numbers = der_number(sub(signature, 1, 32)) .. der_number(sub(signature, 33))
  return key:verify('\48' .. char(#numbers) .. numbers, digest.new('sha256'):update(signed))
end

local function hs256(secret, signed, signature)
  local expected = hmac.new(secret, 'sha256'):final(signed)
  local different = #expected == #signature and 0 or 1
  for i = 1, #expected do
    different = bit.bor(different, bit.bxor(byte(expected, i), byte(signature, i) or 0))
  end
  return different == 0
end

local function verified(token)
  local first = find(token, '.', 1, true)
  local second = first and find(token, '.', first + 1, true)
  if not second then return nil end
  local head = cjson.decode(decoded(sub(token, 1, first - 1)) or '')
  local claims = cjson.decode(decoded(sub(token, first + 1, second - 1)) or '')
  local signature = decoded(sub(token, second + 1))
  if type(head) ~= 'table' or type(claims) ~= 'table' or not signature then return nil end
  local issuer = issuers[claims.iss]
  if not issuer or issuer.algorithm ~= head.alg then return nil end
  if not issuer.verify(issuer.key, sub(token, 1, second - 1), signature) then return nil end
  if type(claims.exp) ~= 'number' or type(claims.sub) ~= 'string' then return nil end
  return claims
end

local function caller()
  local field = ngx.var.http_authorization
  if not field or sub(field, 1, 7) ~= 'Bearer ' then return nil end
  local token = sub(field, 8)
  local claims = kept and kept:get(token)
  if not claims then
    claims = verified(token)
    if claims and kept then kept:set(token, claims, 3600) end
  end
  local now = ngx.time()
  if not claims or claims.exp + 30 < now or (claims.nbf or 0) - 30 > now then return nil end
  return claims
end

-- ---- limits ----

-- As a bucket of tokens in shared memory. How many are left, or nil when there is none.
local function taken(key)
  local now = ngx.now()
  local level = rate
  local value = buckets:get(key)
  if value then
    ffi.copy(bucket, value, bucket_size)
    level = math.min(rate, bucket.level + (now - bucket.at) * rate)
  end
  if level < 1 then return nil end
  bucket.level, bucket.at = level - 1, now
  buckets:set(key, ffi.string(bucket, bucket_size))
  return level - 1
end

-- ---- permissions ----

local function child(node, segment)
  if sub(segment, 1, 1) == '{' then
    node.place = node.place or { fixed = {}, methods = {} }
    return node.place
  end
  node.fixed[segment] = node.fixed[segment] or { fixed = {}, methods = {} }
  return node.fixed[segment]
end

local function needed(node, method, path, from)
  if from > #path then return node.methods[method] end
  local slash = find(path, '/', from, true) or #path + 1
  local next_node = node.fixed[sub(path, from, slash - 1)]
  local found = next_node and needed(next_node, method, path, slash + 1)
  if not found and node.place then found = needed(node.place, method, path, slash + 1) end
  return found
end

local function covers(scope, permission)
  local words = ' ' .. scope .. ' '
  if find(words, ' ' .. permission .. ' ', 1, true) or find(words, ' * ', 1, true) then return true end
  local colon = find(permission, ':', 1, true)
  return colon and find(words, ' ' .. sub(permission, 1, colon) .. '* ', 1, true)
end

local function allowed(claims)
  local permission = needed(rules, ngx.req.get_method(), ngx.var.uri, 2)
  return permission and type(claims.scope) == 'string' and covers(claims.scope, permission)
end

-- ---- the phases ----

function M.access()
  local claims = caller()
  if not claims then
    ngx.header['WWW-Authenticate'] = 'Bearer realm="caller"'
    return ngx.exit(401)
  end
  ngx.req.set_header('x-user', claims.sub)
  local left = taken(claims.sub)
  if not left then
    ngx.header['Retry-After'] = 1
    return ngx.exit(429)
  end
  ngx.header['RateLimit-Policy'] = M.policy
  ngx.header['RateLimit'] = format('"often";r=%d;t=1', left)
  if not allowed(claims) then return ngx.exit(403) end
end

local bounds = { 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10 }
local counts = {}

local function add(key, value) counts[key] = (counts[key] or 0) + value end

-- Counted in the worker, and shared each second.
function M.log()
  local seconds = tonumber(ngx.var.request_time) or 0
  add('requests{route="orders",status="' .. ngx.var.status .. '"}', 1)
  add('bytes{route="orders"}', tonumber(ngx.var.bytes_sent) or 0)
  add('seconds_sum{route="orders"}', seconds)
  for i = 1, #bounds do
    if seconds <= bounds[i] then
      add(bounds[i], 1)
      return
    end
  end
  add('inf', 1)
end

function M.flush()
  for key, value in pairs(counts) do
    metrics:incr(tostring(key), value, 0)
    counts[key] = nil
  end
end

local function read(name)
  local file = assert(io.open(name, 'rb'))
  local text = file:read('*a')
  file:close()
  return text
end

-- setup{rules = FILE, keys = FOLDER, rate = N, kept = N or nil}
function M.setup(options)
  issuers.es = { algorithm = 'ES256', key = pkey.new(read(options.keys .. '/es.key')), verify = es256 }
  issuers.hs = { algorithm = 'HS256', key = read(options.keys .. '/hs.key'), verify = hs256 }
  kept = options.kept and assert(lrucache.new(options.kept))
  rate = options.rate
  M.policy = format('"often";q=%d;w=1', rate)
  for method, path, permission in read(options.rules):gmatch('(%S+) (%S+) (%S+)\n') do
    local node = rules
    for segment in path:gmatch('[^/]+') do node = child(node, segment) end
    node.methods[method] = permission
  end
end

return M
