#pragma once

#include <simdjson.h>

#include "index/collection/write_operations.h"
#include "index/payload/json_members.h"
#include "server/limits.h"
#include "server/request_texts.h"

namespace temblor {

/// The bodies of Qdrant's writes, as operations. Strict: unknown members are errors; `shard_key`
/// is read and has no meaning here. A vector may come as text (server/request_texts.h).

/// What a body is read for; all outlive the reading.
struct WriteContext {
    const Schema& schema;
    const ServerLimits& limits;
    RequestTexts& texts;
};

/// `{"points": [..]}` or `{"batch": {ids, vectors, payloads}}`.
Result<WriteOperation> read_upsert(simdjson::dom::element body, const JsonPlace& place,
                                   const WriteContext& context);
/// `{"points": [ids]}` or `{"filter": ..}`.
Result<WriteOperation> read_delete(simdjson::dom::element body, const JsonPlace& place,
                                   const WriteContext& context);
enum class PayloadEdit : uint8_t { kSet, kOverwrite, kDeleteKeys, kClear };
Result<WriteOperation> read_payload_edit(PayloadEdit edit, simdjson::dom::element body,
                                         const JsonPlace& place, const WriteContext& context);
Result<WriteOperation> read_update_vectors(simdjson::dom::element body, const JsonPlace& place,
                                           const WriteContext& context);
Result<WriteOperation> read_delete_vectors(simdjson::dom::element body, const JsonPlace& place,
                                           const WriteContext& context);

}  // namespace temblor
