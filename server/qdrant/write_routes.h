#pragma once

#include "server/envelope.h"

namespace temblor {

// Writing points, payloads and vectors over Qdrant's API. All are done, synced and visible when
// they are answered, whatever `wait` says.
Status upsert_points_route(Service& service, HttpRequest& request, JsonWriter& result);
Status delete_points_route(Service& service, HttpRequest& request, JsonWriter& result);
Status set_payload_route(Service& service, HttpRequest& request, JsonWriter& result);
Status overwrite_payload_route(Service& service, HttpRequest& request, JsonWriter& result);
Status delete_payload_route(Service& service, HttpRequest& request, JsonWriter& result);
Status clear_payload_route(Service& service, HttpRequest& request, JsonWriter& result);
Status update_vectors_route(Service& service, HttpRequest& request, JsonWriter& result);
Status delete_vectors_route(Service& service, HttpRequest& request, JsonWriter& result);
Status batch_write_route(Service& service, HttpRequest& request, JsonWriter& result);

/// `{"operation_id": .., "status": "completed"}`, or "acknowledged" when the client did not wait.
void write_receipt(const HttpRequest& request, uint64_t ordinal, JsonWriter& result);

}  // namespace temblor
