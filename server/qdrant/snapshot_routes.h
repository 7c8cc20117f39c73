#pragma once

#include "server/envelope.h"

namespace temblor {

// Snapshots over Qdrant's API. They lie under DATA/snapshots/N, N being the collection's own
// folder, so neither a collection's nor a snapshot's name becomes a path elsewhere. Restoring never
// replaces a collection: the name must be free. Locations are files under DATA/snapshots only.
Status list_snapshots(Service& service, HttpRequest& request, JsonWriter& result);
/// With ?wait=false in the background: 202 and the task (server/v1/task_routes.h).
HttpResponse create_snapshot(Service& service, HttpRequest& request);
HttpResponse download_snapshot(Service& service, HttpRequest& request);
Status delete_snapshot(Service& service, HttpRequest& request, JsonWriter& result);
Status recover_snapshot(Service& service, HttpRequest& request, JsonWriter& result);
/// The body is the archive itself, or a form (multipart/form-data) with it as the field `snapshot`.
Status upload_snapshot(Service& service, HttpRequest& request, JsonWriter& result);

}  // namespace temblor
